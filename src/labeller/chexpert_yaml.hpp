#pragma once

#include <string_view>

namespace raygen::engine::labeller {

/// The text of chexpert.yaml, which CMake compiles in.
extern const std::string_view kChexpertYaml;

}  // namespace raygen::engine::labeller
