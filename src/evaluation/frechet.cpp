#include "evaluation/frechet.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"
#include "evaluation/resampling.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

/// tr (Σ₁Σ₂)^½ of Σ₁ = aᵀa and Σ₂ = bᵀb.
at::Tensor root_trace(const at::Tensor& a, const at::Tensor& b) {
  if (std::min(a.size(0), b.size(0)) < a.size(1))
    return at::linalg_svdvals(at::matmul(a, b.t())).sum();
  const auto [values, vectors] = at::linalg_eigh(at::matmul(a.t(), a));
  const at::Tensor root = at::matmul(vectors * values.clamp_min(0).sqrt(), vectors.t());
  const at::Tensor half = at::matmul(b, root);
  return at::linalg_eigvalsh(at::matmul(half.t(), half)).clamp_min(0).sqrt().sum();
}

/// Of features that have been checked.
double distance_of(const at::Tensor& real, const at::Tensor& synthetic) {
  const auto centred = [](const at::Tensor& features, const at::Tensor& mean) {
    // AᵀA is the covariance.
    return (features - mean) / std::sqrt(static_cast<double>(features.size(0) - 1));
  };
  const at::Tensor real_mean = real.mean(0), synthetic_mean = synthetic.mean(0);
  const at::Tensor a = centred(real, real_mean), b = centred(synthetic, synthetic_mean);
  const at::Tensor distance = (real_mean - synthetic_mean).square().sum() + a.square().sum() +
                              b.square().sum() - root_trace(a, b) * 2;
  return std::max(distance.item<double>(), 0.0);  // rounding, where the sets are equal
}

}  // namespace

double frechet_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  check_features(real, synthetic, 2);
  return distance_of(real, synthetic);
}

double frechet_distance_without_bias(const at::Tensor& real, const at::Tensor& synthetic,
                                     int points, std::uint64_t seed) {
  check_features(real, synthetic, 16);
  const std::int64_t most = std::min(real.size(0), synthetic.size(0));
  if (points < 2 || points > most / 2)
    fail(Status::invalid_argument, "points is {}; 2 to {} was expected", points, most / 2);
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
  for (int i = 0; i < points; ++i) {
    const std::int64_t size = most / 2 + (most - most / 2) * i / (points - 1);
    const auto draw = static_cast<std::uint64_t>(i);
    const double x = 1 / static_cast<double>(size);
    const double y =
        distance_of(rows_of(real, subset(seed, 2 * draw, size, real.size(0))),
                    rows_of(synthetic, subset(seed, 2 * draw + 1, size, synthetic.size(0))));
    sum_x += x, sum_y += y, sum_xx += x * x, sum_xy += x * y;
  }
  const double slope = (points * sum_xy - sum_x * sum_y) / (points * sum_xx - sum_x * sum_x);
  return (sum_y - slope * sum_x) / points;
}

}  // namespace raygen::engine
