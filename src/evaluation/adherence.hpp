#pragma once
// Whether pictures show what was asked for: what prompts say, and what a classifier sees.

#include "evaluation/finding_rows.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct AdherenceOptions {
  std::int64_t bootstrap_draws = 1000;
  std::uint64_t seed = 0;
  const Job* job = nullptr;
  std::string features = {};  // of the report: which classifier, and what it sees
};

/// Tables by finding: AUROC of asked against not asked with a bootstrap interval, how often what
/// was asked is seen and what was denied is not, how often the side is right, AUROC of severe
/// against mild; and the same of real images and their reports, the classifier's ceiling. A class
/// without a threshold gets that of the largest TPR - FPR on `calibration`. An AUROC needs
/// kFewestOfClass images with the finding and without it, and a verdict kFewestImages of each set.
ReportSection adherence_section(const AskedSet& synthetic, const AskedSet& real,
                                const AskedSet& calibration,
                                const std::vector<JudgedClass>& classes,
                                const AdherenceOptions& options);

}  // namespace raygen::engine
