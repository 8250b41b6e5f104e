#pragma once
// Whether pictures show what was asked for: what prompts say, and what a classifier sees.

#include "evaluation/extractor.hpp"
#include "evaluation/report.hpp"
#include "labeller/labeller.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// Images with their prompts (or reports) and what a classifier says of them; N each.
struct AskedSet {
  std::vector<ReportLabels> asked;
  std::vector<std::string> groups;  // patients, or the images themselves
  Judgements judged;
};

struct AdherenceOptions {
  std::int64_t bootstrap_draws = 1000;
  std::uint64_t seed = 0;
};

/// Which observation a class of a classifier is, by the usual names in any spelling ("Effusion",
/// "pleural_effusion"); nothing for others.
std::optional<Observation> observation_of(const std::string& class_name);

/// Tables by finding: AUROC of asked against not asked with a bootstrap interval, how often what
/// was asked is seen and what was denied is not, how often the side is right, AUROC of severe
/// against mild; and the same of real images and their reports, the classifier's ceiling. A class
/// without a threshold gets that of the largest TPR - FPR on `calibration`. Real images that are
/// few or none leave their columns empty.
ReportSection adherence_section(const AskedSet& synthetic, const AskedSet& real,
                                const AskedSet& calibration,
                                const std::vector<JudgedClass>& classes,
                                const AdherenceOptions& options);

}  // namespace raygen::engine
