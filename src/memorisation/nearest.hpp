#pragma once
// Nearest neighbours by Euclidean distance, in float64. Blocks of pairs are in memory at once,
// never all of them.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// Of each row its k nearest, the nearest first. Of equally near ones any.
struct Nearest {
  at::Tensor indices;    // int64 [N,k]
  at::Tensor distances;  // float64 [N,k]
};

/// The k nearest rows of `reference` [M,d] to each row of `queries` [N,d]. The distances are those
/// of differences, so that two equal rows are 0 apart. Throws Error(invalid_argument) unless k is
/// 1..M and both are as wide as each other, and as check_features() does.
Nearest nearest(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k);

/// The k nearest other rows of the same set; a duplicate is another row. k is 1..N-1.
Nearest nearest_others(const at::Tensor& set, std::int64_t k);

/// nearest() of features that were checked before. The reference may be float32.
Nearest nearest_of_checked(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k);

}  // namespace raygen::engine
