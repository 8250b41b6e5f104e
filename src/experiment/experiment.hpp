#pragma once
// The experiments' one entrance: `raygen experiment`. Does a classifier that learns from synthetic
// images, too, do better on real ones?

#include "evaluation/evaluate.hpp"
#include "evaluation/report.hpp"
#include "experiment/config.hpp"
#include "job.hpp"
#include "limits.hpp"

namespace raygen::engine {

/// Makes or takes the synthetic images, trains and tests config.seeds classifiers of each arm, and
/// writes OUT/report.html, OUT/metrics.json and OUT/table.csv, each whole or not at all. The same
/// call goes on where an earlier one was stopped; arms and seeds may have been added since. Throws
/// Error(invalid_argument) for a folder that was begun otherwise, naming the keys, else as train()
/// and generate() do.
Report experiment(const ExperimentConfig& config, const Limits& limits,
                  const EvaluationCallback& callback, const Job* job);

}  // namespace raygen::engine
