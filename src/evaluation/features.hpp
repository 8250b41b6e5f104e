#pragma once
// Features (memorisation/features.hpp) of real and of synthetic images.

#include "memorisation/features.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Checks both sets of features, and that they are as wide as each other.
void check_features(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t least);

/// The named rows, in that order.
at::Tensor rows_of(const at::Tensor& features, const std::vector<std::int64_t>& which);

/// Every row divided by its length. Throws Error(numeric) for a row of zeros.
at::Tensor of_length_one(const at::Tensor& features, std::string_view name);

}  // namespace raygen::engine
