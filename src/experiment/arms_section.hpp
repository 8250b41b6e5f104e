#pragma once
// What the runs of an experiment mean, for the report.

#include "evaluation/report.hpp"
#include "experiment/runs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct ArmsOptions {
  std::vector<std::string> classes;
  std::int64_t updates = 0;
  std::int64_t bootstrap_draws = 1000;
  std::uint64_t seed = 0;  // of the first run and of the draws
};

/// Each arm's mean AUROC, its gain over the first arm by images and by runs, every finding and
/// every run. Classes that the test split has everywhere or nowhere are left out, which a note
/// says.
ReportSection arms_section(const std::vector<ArmRuns>& arms, const TestTruth& truth,
                           const ArmsOptions& options);

/// Conclusion and verdict of the whole report, from the section's measures.
void conclude_arms(Report& report, const ReportSection& section, const std::vector<ArmRuns>& arms);

}  // namespace raygen::engine
