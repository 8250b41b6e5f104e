#include "evaluation/radiomics/first_order.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace raygen::engine {

namespace {

constexpr double kValueShift = 300, kPixelArea = 4;

double mean_of(const std::vector<double>& values) {
  return pairwise_sum(values.data(), values.size()) / static_cast<double>(values.size());
}

/// Mean of f(value).
template <typename Function>
double mean_of(const std::vector<double>& values, const Function& f) {
  std::vector<double> mapped(values.size());
  std::transform(values.begin(), values.end(), mapped.begin(), f);
  return mean_of(mapped);
}

double mean_deviation(const std::vector<double>& values) {
  const double mean = mean_of(values);
  return mean_of(values, [&](double value) { return std::abs(value - mean); });
}

/// Between the two nearest of the sorted values, in proportion (NumPy's "linear").
double percentile(const std::vector<double>& sorted, double percent) {
  const double place = static_cast<double>(sorted.size() - 1) * (percent / 100);
  const double below = std::floor(place), share = place - below;
  const auto index = static_cast<std::size_t>(below);
  const double a = sorted[index], b = sorted[std::min(index + 1, sorted.size() - 1)];
  return share < 0.5 ? a + (b - a) * share : b - (b - a) * (1 - share);
}

double robust_deviation(const std::vector<double>& values, double low, double high) {
  std::vector<double> within;
  std::copy_if(values.begin(), values.end(), std::back_inserter(within),
               [&](double value) { return !(value < low || value > high); });
  return mean_deviation(within);
}

}  // namespace

double pairwise_sum(const double* values, std::size_t count) {
  constexpr std::size_t block = 128, lanes = 8;
  if (count < lanes) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    return sum;
  }
  if (count <= block) {
    std::array<double, lanes> sums = {};
    std::copy_n(values, lanes, sums.begin());
    std::size_t i = lanes;
    for (; i + lanes <= count; i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += values[i + lane];
    double sum =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    for (; i < count; ++i) sum += values[i];
    return sum;
  }
  const std::size_t half = count / 2 - (count / 2) % lanes;
  return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
}

std::array<double, kFirstOrderNames.size()> first_order(const Plane& image,
                                                        const GreyLevels& levels) {
  const std::vector<double>& values = image.values;
  const auto count = static_cast<double>(values.size());
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double p10 = percentile(sorted, 10), p90 = percentile(sorted, 90);
  const double mean = mean_of(values);
  std::vector<double> powers = values;
  for (double& power : powers) power = (power - mean) * (power - mean);
  const double m2 = mean_of(powers), divisor = m2 == 0 ? 1 : m2;
  const double m4 = mean_of(powers, [](double square) { return square * square; });
  for (std::size_t i = 0; i < values.size(); ++i) powers[i] *= values[i] - mean;
  const double m3 = mean_of(powers);
  const double mean_square =
      mean_of(values, [](double v) { return (v + kValueShift) * (v + kValueShift); });
  double entropy = 0, uniformity = 0;
  for (const std::int64_t pixels : level_counts(levels)) {
    const double p = static_cast<double>(pixels) / count;
    entropy += entropy_term(p), uniformity += p * p;
  }
  return {p10,
          p90,
          mean_square * count,
          entropy,
          percentile(sorted, 75) - percentile(sorted, 25),
          m4 / (divisor * divisor),
          sorted.back(),
          mean_deviation(values),
          mean,
          percentile(sorted, 50),
          sorted.front(),
          sorted.back() - sorted.front(),
          robust_deviation(values, p10, p90),
          std::sqrt(mean_square),
          m3 / std::pow(divisor, 1.5),
          mean_square * count * kPixelArea,
          uniformity,
          m2};
}

}  // namespace raygen::engine
