#pragma once
// The Fréchet distance of two sets of features, taken for normal distributions: FID, if the
// features are Inception's.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// |μ₁-μ₂|² + tr Σ₁ + tr Σ₂ - 2 tr (Σ₁Σ₂)^½ (Heusel et al. 2017), covariances with N - 1; float64
/// [N,d], at least 2 rows each. The root's trace is the sum of the roots of the eigenvalues of
/// Σ₁^½ Σ₂ Σ₁^½, or, where a set has fewer rows than columns, a nuclear norm: never complex, and
/// nothing is added to a covariance. The value is biased: for equal distributions it falls as 1/N.
double frechet_distance(const at::Tensor& real, const at::Tensor& synthetic);

/// What the distance tends to as N grows (Chong and Forsyth 2020): a straight line through the
/// distances of subsets, over 1/N. The sizes are `points`, at least 2, from half of the smaller set
/// to all of it; at least 16 rows each. May be negative when the sets are alike.
double frechet_distance_without_bias(const at::Tensor& real, const at::Tensor& synthetic,
                                     int points, std::uint64_t seed);

}  // namespace raygen::engine
