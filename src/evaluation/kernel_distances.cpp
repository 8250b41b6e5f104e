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

/// Sum of kernel(x·y) over all pairs of rows. The kernel gets the products, which it may change.
template <typename Kernel>
double kernel_sum(const at::Tensor& x, const at::Tensor& y, const Kernel& kernel) {
  double sum = 0;
  for (const at::Tensor& rows : x.split(kPairRows))
    for (const at::Tensor& columns : y.split(kPairRows))
      sum += kernel(at::matmul(rows, columns.t())).sum().template item<double>();
  return sum;
}

/// The same over all pairs of rows of one set, a row with itself among them. The kernel is
/// symmetric, so that pairs of two blocks are computed once.
template <typename Kernel>
double own_kernel_sum(const at::Tensor& x, const Kernel& kernel) {
  double sum = 0;
  for (std::int64_t first = 0; first < x.size(0); first += kPairRows) {
    const std::int64_t end = std::min(first + kPairRows, x.size(0));
    const at::Tensor rows = x.slice(0, first, end);
    sum += kernel_sum(rows, rows, kernel) + 2 * kernel_sum(rows, x.slice(0, end), kernel);
  }
  return sum;
}

double unbiased(const at::Tensor& x, const at::Tensor& y) {
  const auto width = static_cast<double>(x.size(1));
  const auto cubic = [&](at::Tensor product) { return product.div_(width).add_(1).pow_(3); };
  const auto own = [&](const at::Tensor& set) {
    const auto n = static_cast<double>(set.size(0));
    const double diagonal = cubic(set.square().sum(1)).sum().item<double>();
    return (own_kernel_sum(set, cubic) - diagonal) / (n * (n - 1));
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
  const auto gauss = [](at::Tensor product) { return product.sub_(1).div_(width * width).exp_(); };
  const auto n = static_cast<double>(x.size(0)), m = static_cast<double>(y.size(0));
  return scale * (own_kernel_sum(x, gauss) / (n * n) + own_kernel_sum(y, gauss) / (m * m) -
                  2 * kernel_sum(x, y, gauss) / (n * m));
}

}  // namespace raygen::engine
