#pragma once
// Distances of two sets of features, float64 [N,d], by a kernel: squared maximum mean
// discrepancies.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

struct KernelDistance {
  double mean = 0;
  double deviation = 0;  ///< of the subsets, with N
};

/// KID (Bińkowski et al. 2018): the unbiased estimate with the kernel (x·y/d + 1)³, over `subsets`
/// of `subset_size` rows, drawn without replacement within a subset. Unbiased at any N, may be
/// negative. Throws Error(invalid_argument) if a set has fewer rows than a subset, or a subset
/// fewer than 2.
KernelDistance kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic,
                                         std::int64_t subset_size, std::int64_t subsets,
                                         std::uint64_t seed);

/// The same estimate from all rows of both sets, 2 or more each.
double kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic);

/// The first where both sets have more rows than a subset, else the second.
double kernel_inception_distance_of_any_size(const at::Tensor& real, const at::Tensor& synthetic,
                                             std::int64_t subset_size, std::int64_t subsets,
                                             std::uint64_t seed);

/// CMMD (Jayasumana et al. 2024): 1000 times the biased estimate with a Gaussian kernel of width
/// 10, of rows scaled to length 1. Rows of zeros are an error.
double clip_maximum_mean_discrepancy(const at::Tensor& real, const at::Tensor& synthetic);

}  // namespace raygen::engine
