#pragma once
// How images are sampled. The options are the rows of options.def, and nowhere else.

#include "config/key.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct SamplingOptions {
#define RAYGEN_SAMPLING_OPTION(type, name, value, ...) type name = value;
#include "sampling/options.def"
#undef RAYGEN_SAMPLING_OPTION
};

/// The options as keys of a config. Points into `options`.
ConfigKeys keys_of(SamplingOptions& options);

}  // namespace raygen::engine
