#pragma once
// Whether synthetic images help a classifier: classifiers trained on real images, on synthetic ones
// and on both, tested with the same real images.
//
//   raygen::EvaluationOptions options;
//   options.config = "{real: dataset, model: models/phantom-128, out: experiment}";
//   const std::string metrics = raygen::experiment(options);  // and experiment/report.html
//
// How to read the report: docs/experiment.md.

#include "evaluation.hpp"

#include <memory>
#include <string>

namespace raygen {

/// The whole config as YAML: every key with its value and meaning. Throws Error(format).
inline std::string experiment_config(const EvaluationOptions& options = {}) {
  const detail::RawEvaluationOptions raw(options);
  return detail::text_from([&](char** yaml, raygen_error* error) {
    return raygen_experiment_print(raw.get(), yaml, error);
  });
}

/// Makes or takes synthetic images, trains and tests several classifiers of each arm, writes
/// OUT/report.html, OUT/metrics.json and OUT/table.csv, each whole or not at all, and returns the
/// text of metrics.json. The same call goes on where an earlier one was stopped. Throws Error(io |
/// format | unsupported | limit | numeric | device | cancelled), Error(invalid_argument) for a
/// folder that was begun otherwise.
inline std::string experiment(const EvaluationOptions& options) {
  detail::RawEvaluationOptions raw(options);
  return raw.text_of(raygen_experiment_run);
}

}  // namespace raygen
