#pragma once
// What images are compared by: a vector of numbers for each, from any network. Features are float64
// [N,d] on the CPU: N images, d numbers each.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace raygen::engine {

/// Throws Error(invalid_argument) unless the features are float64 [N,d] on the CPU, with at least
/// `least` rows and one column, and Error(numeric) for NaN, infinity or numbers above 1e100. The
/// name is for the message.
void check_features(const at::Tensor& features, std::string_view name, std::int64_t least);

/// Rows of a matrix of all pairs that are in memory at once.
inline constexpr std::int64_t kPairRows = 1024;

}  // namespace raygen::engine
