#include "evaluation/radiomics/size_matrix.hpp"

#include "evaluation/radiomics/grey_levels.hpp"

#include <algorithm>
#include <array>

namespace raygen::engine {

namespace {

constexpr std::array kSizeFeatures = {&SizeFeatures::level_non_uniformity,
                                      &SizeFeatures::level_non_uniformity_normalised,
                                      &SizeFeatures::level_variance,
                                      &SizeFeatures::size_non_uniformity,
                                      &SizeFeatures::size_non_uniformity_normalised,
                                      &SizeFeatures::size_variance,
                                      &SizeFeatures::high_level,
                                      &SizeFeatures::low_level,
                                      &SizeFeatures::large,
                                      &SizeFeatures::small,
                                      &SizeFeatures::large_high_level,
                                      &SizeFeatures::large_low_level,
                                      &SizeFeatures::small_high_level,
                                      &SizeFeatures::small_low_level,
                                      &SizeFeatures::entropy,
                                      &SizeFeatures::percentage};
static_assert(sizeof(SizeFeatures) == kSizeFeatures.size() * sizeof(double));

/// Counts by level or by size, whichever `member` names.
struct Marginal {
  Marginal(const std::vector<PairCount>& matrix, int PairCount::*member) {
    int highest = 0;
    for (const PairCount& entry : matrix) highest = std::max(highest, entry.*member);
    counts.resize(static_cast<std::size_t>(highest) + 1);
    for (const PairCount& entry : matrix)
      counts[static_cast<std::size_t>(entry.*member)] += entry.count;
  }
  double squares() const {
    double sum = 0;
    for (const double count : counts) sum += count * count;
    return sum;
  }
  double variance(double pieces) const {
    double mean = 0, sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
      mean += counts[i] / pieces * static_cast<double>(i);
    for (std::size_t i = 0; i < counts.size(); ++i)
      sum += counts[i] / pieces * (static_cast<double>(i) - mean) * (static_cast<double>(i) - mean);
    return sum;
  }
  std::vector<double> counts;
};

void add_emphases(SizeFeatures& sums, const PairCount& entry) {
  const double i2 = static_cast<double>(entry.level) * entry.level,
               j2 = static_cast<double>(entry.other) * entry.other;
  sums.high_level += entry.count * i2, sums.low_level += entry.count / i2;
  sums.large += entry.count * j2, sums.small += entry.count / j2;
  sums.large_high_level += entry.count * i2 * j2, sums.large_low_level += entry.count * j2 / i2;
  sums.small_high_level += entry.count * i2 / j2, sums.small_low_level += entry.count / (i2 * j2);
}

}  // namespace

SizeFeatures& SizeFeatures::operator+=(const SizeFeatures& other) {
  for (const auto feature : kSizeFeatures) this->*feature += other.*feature;
  return *this;
}

SizeFeatures& SizeFeatures::operator/=(double divisor) {
  for (const auto feature : kSizeFeatures) this->*feature /= divisor;
  return *this;
}

SizeFeatures size_features(const std::vector<PairCount>& matrix) {
  double pieces = 0, pixels = 0;
  for (const PairCount& entry : matrix) pieces += entry.count, pixels += entry.count * entry.other;
  SizeFeatures result;
  for (const PairCount& entry : matrix) add_emphases(result, entry);
  result /= pieces;
  const Marginal levels(matrix, &PairCount::level), sizes(matrix, &PairCount::other);
  result.level_non_uniformity = levels.squares() / pieces;
  result.level_non_uniformity_normalised = levels.squares() / (pieces * pieces);
  result.level_variance = levels.variance(pieces);
  result.size_non_uniformity = sizes.squares() / pieces;
  result.size_non_uniformity_normalised = sizes.squares() / (pieces * pieces);
  result.size_variance = sizes.variance(pieces);
  for (const PairCount& entry : matrix) result.entropy += entropy_term(entry.count / pieces);
  result.percentage = pieces / pixels;
  return result;
}

}  // namespace raygen::engine
