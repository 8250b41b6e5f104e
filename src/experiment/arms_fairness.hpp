#pragma once
// Whether the classifiers of an arm are as good for one group of patients as for another.

#include "dataset/dataset.hpp"
#include "evaluation/fairness.hpp"
#include "evaluation/report.hpp"
#include "experiment/runs.hpp"

#include <memory>
#include <vector>

namespace raygen::engine {

/// By arm, on the split test: an image's score is the mean over the runs of how far its logit is
/// above the threshold of the run.
ReportSection arms_fairness(const std::vector<ArmRuns>& arms,
                            const std::shared_ptr<const Dataset>& real,
                            const FairnessOptions& options);

}  // namespace raygen::engine
