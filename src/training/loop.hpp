#pragma once
// The loop around a stage: steps, validations, checkpoints, previews, and going on where an earlier
// run was stopped.

#include "training/run_settings.hpp"
#include "training/stage.hpp"

#include <string>

namespace raygen::engine {

/// Runs `stage` to its last step in folder `name`: resumes from last.safetensors, validates, logs,
/// keeps checkpoints (last.safetensors, and weights of the best validations as
/// best-STEP.safetensors), draws samples/STEP.png, and ends with Error(cancelled) after a
/// checkpoint when it is told to stop. A resumed run must agree in `settings`. Returns what the
/// stage ends with, as kept() names it.
TensorMap run_loop(Stage& stage, const std::string& name, const LoopConfig& loop,
                   const RunSettings& settings, const Surroundings& around);

}  // namespace raygen::engine
