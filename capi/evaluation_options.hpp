#pragma once
// What the sections Evaluation and Experiment share.

#include "door.hpp"
#include "evaluation/evaluate.hpp"

#include <string>

namespace raygen::capi {

/// The defaults if options is null.
raygen_evaluation_options given_options(const raygen_evaluation_options* options);
std::string config_text_of(const raygen_evaluation_options& raw);
/// The engine's report in the C ABI's form.
engine::EvaluationCallback reporter(const raygen_evaluation_options& raw);

}  // namespace raygen::capi
