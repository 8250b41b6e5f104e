#pragma once
// The table behind the training's YAML: every key once, with where its value lives, what it may be
// and what it means.

#include "config/key.hpp"
#include "training/config.hpp"

namespace raygen::engine {

/// All keys of `config`. Points into `config`.
ConfigKeys keys_of(TrainingConfig& config);

}  // namespace raygen::engine
