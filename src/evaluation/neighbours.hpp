#pragma once
// How two sets of features, float64 [N,d], lie among each other, by nearest neighbours.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

struct Neighbourhood {
  double precision = 0;  ///< share of the synthetic that lie among the real
  double recall = 0;     ///< share of the real that lie among the synthetic
  double density = 0;    ///< real neighbourhoods that a synthetic one lies in, over k; may exceed 1
  double coverage = 0;   ///< share of the real with a synthetic one in their neighbourhood
};

/// Kynkäänniemi et al. 2019 (precision, recall) and Naeem et al. 2020 (density, coverage),
/// Euclidean: a row's neighbourhood reaches to the k-th nearest other row of its own set and does
/// not hold its border. The values depend on the numbers of rows: compare equal ones. Throws
/// Error(invalid_argument) unless k is 1 or more and both sets have more than k rows.
Neighbourhood neighbourhood(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t k);

}  // namespace raygen::engine
