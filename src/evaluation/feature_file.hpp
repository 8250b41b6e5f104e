#pragma once
// Features that another program has made, a row an image.

#include "limits.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

namespace raygen::engine {

struct FeatureFile {
  at::Tensor features;      // float64 [N,d]
  std::string description;  // name of the file and first digits of its SHA-256
};

/// A NumPy array (npy.hpp), or a safetensors file with one tensor or one that is named "features",
/// such as `raygen classify --features` writes; [N,d], F16, BF16, F32 or F64. Throws Error(io |
/// format | limit), Error(numeric) naming the first row with NaN or infinity.
FeatureFile read_feature_file(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
