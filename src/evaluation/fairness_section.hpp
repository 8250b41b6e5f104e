#pragma once
// What fairness() found, for the page.

#include "evaluation/fairness.hpp"
#include "evaluation/report.hpp"

#include <string>
#include <vector>

namespace raygen::engine {

/// Images that one classifier has judged: a set of images, or one of several classifiers.
struct FairnessOfSet {
  std::string key;                       // "real": ends the keys of measures and tables
  std::string name;                      // "Real images"
  std::vector<GroupFairness> groupings;  // empty: `absent` says why
  std::string absent;                    // a sentence
  std::int64_t real_count = 0, synthetic_count = 0;
};

/// "Is it equally good for everyone?": for each set and grouping the gaps of mean AUROC and of
/// underdiagnosis, a table of the groups, a table by finding, and a figure of the gaps. Without a
/// verdict, since gaps are the classifier's, not the synthetic set's.
ReportSection fairness_section(const std::vector<FairnessOfSet>& sets);

}  // namespace raygen::engine
