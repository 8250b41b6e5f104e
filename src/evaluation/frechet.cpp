#include "evaluation/frechet.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"
#include "evaluation/resampling.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

/// A of a covariance AᵀA.
at::Tensor centred(const at::Tensor& features, const at::Tensor& mean, std::int64_t count) {
  return (features - mean) / std::sqrt(static_cast<double>(count - 1));
}

/// In blocks: a set of features may be large, and needs no copy.
at::Tensor covariance(const at::Tensor& features, const at::Tensor& mean) {
  at::Tensor sum = at::zeros({features.size(1), features.size(1)}, at::kDouble);
  for (const at::Tensor& rows : features.split(kPairRows)) {
    const at::Tensor a = centred(rows, mean, features.size(0));
    sum.addmm_(a.t(), a);
  }
  return sum;
}

/// tr Σ₁ + tr Σ₂ - 2 tr (Σ₁Σ₂)^½ of more rows than columns.
at::Tensor distance_of_covariances(const at::Tensor& one, const at::Tensor& other) {
  const auto [values, vectors] = at::linalg_eigh(one);
  const at::Tensor root = at::matmul(vectors * values.clamp_min(0).sqrt(), vectors.t());
  const at::Tensor product = at::linalg_eigvalsh(root.matmul(other).matmul(root));
  return one.trace() + other.trace() - product.clamp_min(0).sqrt().sum() * 2;
}

/// The same of Σ₁ = aᵀa and Σ₂ = bᵀb, whose root has the trace of the singular values of abᵀ.
at::Tensor distance_of_rows(const at::Tensor& a, const at::Tensor& b) {
  return a.square().sum() + b.square().sum() - at::linalg_svdvals(at::matmul(a, b.t())).sum() * 2;
}

/// Of features that have been checked.
double distance_of(const at::Tensor& real, const at::Tensor& synthetic) {
  const at::Tensor real_mean = real.mean(0), synthetic_mean = synthetic.mean(0);
  const bool few = std::min(real.size(0), synthetic.size(0)) < real.size(1);
  const at::Tensor spread =
      few ? distance_of_rows(centred(real, real_mean, real.size(0)),
                             centred(synthetic, synthetic_mean, synthetic.size(0)))
          : distance_of_covariances(covariance(real, real_mean),
                                    covariance(synthetic, synthetic_mean));
  const double distance = ((real_mean - synthetic_mean).square().sum() + spread).item<double>();
  return std::max(distance, 0.0);  // rounding, where the sets are equal
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
