#include "evaluation/radiomics/grey_levels.hpp"

#include "error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

/// The remainder with the sign of the divisor.
double modulo(double value, double divisor) {
  const double rest = std::fmod(value, divisor);
  return rest < 0 ? rest + divisor : rest;
}

}  // namespace

GreyLevels grey_levels(const Plane& image, double bin_width) {
  const auto [low, high] = std::minmax_element(image.values.begin(), image.values.end());
  constexpr double most = 1 << 20;
  if (!((*high - *low) / bin_width < most))
    fail(Status::limit, "values from {} to {} pass {} bins of {}", *low, *high, most, bin_width);
  const double start = *low - modulo(*low, bin_width);
  GreyLevels result = {image.rows, image.columns, {}, 0};
  result.levels.reserve(image.values.size());
  for (const double value : image.values) {
    double level = std::floor((value - start) / bin_width);
    // The division may be rounded past an edge.
    while (value < start + level * bin_width) --level;
    while (value >= start + (level + 1) * bin_width) ++level;
    result.levels.push_back(static_cast<int>(level) + 1);
  }
  result.highest = *std::max_element(result.levels.begin(), result.levels.end());
  return result;
}

std::vector<std::int64_t> level_counts(const GreyLevels& image) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(image.highest) + 1);
  for (const int level : image.levels) ++counts[static_cast<std::size_t>(level)];
  return counts;
}

double entropy_term(double probability) {
  return -probability * std::log2(probability + std::numeric_limits<double>::epsilon());
}

}  // namespace raygen::engine
