#include "evaluation/kernel_distances.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"
#include "evaluation/resampling.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace raygen::engine {

namespace {

/// Sum of kernel(x·y) over all pairs of rows.
template <typename Kernel>
double kernel_sum(const at::Tensor& x, const at::Tensor& y, const Kernel& kernel) {
  double sum = 0;
  for (const at::Tensor& rows : x.split(kPairRows))
    for (const at::Tensor& columns : y.split(kPairRows))
      sum += kernel(at::matmul(rows, columns.t())).sum().template item<double>();
  return sum;
}

double unbiased(const at::Tensor& x, const at::Tensor& y) {
  const auto width = static_cast<double>(x.size(1));
  const auto cubic = [&](const at::Tensor& product) { return (product / width + 1).pow(3); };
  const auto own = [&](const at::Tensor& set) {
    const auto n = static_cast<double>(set.size(0));
    const double diagonal = cubic(set.square().sum(1)).sum().item<double>();
    return (kernel_sum(set, set, cubic) - diagonal) / (n * (n - 1));
  };
  const auto pairs = static_cast<double>(x.size(0)) * static_cast<double>(y.size(0));
  return own(x) + own(y) - 2 * kernel_sum(x, y, cubic) / pairs;
}

}  // namespace

double kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  check_features(real, synthetic, 2);
  return unbiased(real, synthetic);
}

KernelDistance kernel_inception_distance(const at::Tensor& real, const at::Tensor& synthetic,
                                         std::int64_t subset_size, std::int64_t subsets,
                                         std::uint64_t seed) {
  if (subset_size < 2)
    fail(Status::invalid_argument, "subset_size is {}; 2 or more was expected", subset_size);
  if (subsets < 1) fail(Status::invalid_argument, "subsets is {}; 1 or more was expected", subsets);
  check_features(real, synthetic, subset_size);
  std::vector<double> values;
  double sum = 0;
  for (std::int64_t i = 0; i < subsets; ++i) {
    const auto draw = static_cast<std::uint64_t>(i);
    values.push_back(
        unbiased(rows_of(real, subset(seed, 2 * draw, subset_size, real.size(0))),
                 rows_of(synthetic, subset(seed, 2 * draw + 1, subset_size, synthetic.size(0)))));
    sum += values.back();
  }
  const auto count = static_cast<double>(subsets);
  double squares = 0;
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  return {sum / count, std::sqrt(squares / count)};
}

double kernel_inception_distance_of_any_size(const at::Tensor& real, const at::Tensor& synthetic,
                                             std::int64_t subset_size, std::int64_t subsets,
                                             std::uint64_t seed) {
  if (std::min(real.size(0), synthetic.size(0)) <= subset_size)
    return kernel_inception_distance(real, synthetic);
  return kernel_inception_distance(real, synthetic, subset_size, subsets, seed).mean;
}

double clip_maximum_mean_discrepancy(const at::Tensor& real, const at::Tensor& synthetic) {
  check_features(real, synthetic, 1);
  constexpr double width = 10, scale = 1000;
  const at::Tensor x = of_length_one(real, "real features"),
                   y = of_length_one(synthetic, "synthetic features");
  // |x-y|² = 2 - 2 x·y between vectors of length 1.
  const auto gauss = [](const at::Tensor& product) {
    return ((product - 1) / (width * width)).exp();
  };
  const auto mean = [&](const at::Tensor& a, const at::Tensor& b) {
    return kernel_sum(a, b, gauss) /
           (static_cast<double>(a.size(0)) * static_cast<double>(b.size(0)));
  };
  return scale * (mean(x, x) + mean(y, y) - 2 * mean(x, y));
}

}  // namespace raygen::engine
