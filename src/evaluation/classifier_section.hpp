#pragma once
// How well a classifier tells each finding, on real images and on synthetic ones.

#include "evaluation/adherence.hpp"
#include "evaluation/report.hpp"

namespace raygen::engine {

/// A table a set, by finding: AUROC with an interval from resampled patients, AP; F1, precision and
/// recall at the threshold from validation; ECE and Brier of the probabilities. ROC curves of each
/// set and a reliability diagram of all findings together. A finding that fewer than kFewestOfClass
/// of a set's images have, or have not, is left out of its table and named in the note. `findings`:
/// findings_of(); one without a threshold has no F1.
ReportSection classifier_section(const AskedSet& synthetic, const AskedSet& real,
                                 const std::vector<JudgedFinding>& findings,
                                 const AdherenceOptions& options);

}  // namespace raygen::engine
