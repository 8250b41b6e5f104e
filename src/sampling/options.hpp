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

  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// The options as keys of a config. Points into `options`.
ConfigKeys keys_of(SamplingOptions& options);

/// What each option alone cannot know. Throws Error(invalid_argument) naming `where` and the
/// options that contradict each other.
void check_together(const SamplingOptions& options, const std::string& where);

}  // namespace raygen::engine
