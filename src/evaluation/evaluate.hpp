#pragma once
// The evaluations' one entrance: `raygen evaluate`.

#include "evaluation/config.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"
#include "limits.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace raygen::engine {

/// Where an evaluation is; valid during the callback only.
struct EvaluationProgress {
  std::string stage;  // "real images", "synthetic images", "training images", "measures", "report"
  std::int64_t done = 0, total = 0;
  double seconds_left = 0;  // of the stage; 0 when not known
};
/// Returns false to stop: the call ends with Error(cancelled); features are kept for the next time.
using EvaluationCallback = std::function<bool(const EvaluationProgress&)>;

/// Compares the sets that `config` names and writes OUT/report.html, OUT/metrics.json and
/// OUT/table.csv, each whole or not at all. OUT/features keeps features by the content of the
/// images. Memory: the features, 8 bytes a number (100,000 images of 1024 features: 0.8 GB a set
/// and extractor); images are read one by one. Time grows with the number of images: what compares
/// all pairs takes most_rows of them. Throws Error(io | format | unsupported | invalid_argument |
/// limit | numeric | cancelled).
Report evaluate(const EvaluationConfig& config, const Limits& limits,
                const EvaluationCallback& callback, const Job* job);

}  // namespace raygen::engine
