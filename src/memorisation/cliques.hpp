#pragma once
// Images of one prompt that agree among themselves: what a model knows by heart it says again and
// again (Carlini et al. 2023).

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace raygen::engine {

/// More images of one prompt are Error(limit): the search is exact, and its time grows with them
/// exponentially in the worst case.
inline constexpr std::int64_t kMostInClique = 64;

/// Euclidean distances between all rows of float64 [n,d]: [n,n], n at most kMostInClique.
at::Tensor pairwise_distances(const at::Tensor& features);

/// The largest group of images whose distances among each other are all below delta, ascending; of
/// equally large ones any. distances: float64 [n,n], symmetric. At least one image, which is a
/// group of itself. Exact, by branch and bound with greedy colours (Tomita and Seki 2003). Throws
/// Error(invalid_argument | limit | numeric).
std::vector<std::size_t> largest_clique(const at::Tensor& distances, double delta);

}  // namespace raygen::engine
