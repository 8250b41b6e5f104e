#include "evaluation/radiomics/ngtdm.hpp"

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

constexpr double kGreatestCoarseness = 1e6;

/// |level - mean of the neighbours|.
double tone_difference(const GreyLevels& image, std::int64_t row, std::int64_t column) {
  const std::int64_t first_row = std::max<std::int64_t>(row - 1, 0),
                     last_row = std::min(row + 1, image.rows - 1),
                     first_column = std::max<std::int64_t>(column - 1, 0),
                     last_column = std::min(column + 1, image.columns - 1);
  std::int64_t sum = -image.at(row, column);
  for (std::int64_t r = first_row; r <= last_row; ++r)
    for (std::int64_t c = first_column; c <= last_column; ++c) sum += image.at(r, c);
  const std::int64_t neighbours = (last_row - first_row + 1) * (last_column - first_column + 1) - 1;
  return std::abs(image.at(row, column) -
                  static_cast<double>(sum) / static_cast<double>(neighbours));
}

/// A level that occurs, its share of the pixels and the sum of their differences.
struct Tone {
  double level = 0, share = 0, difference = 0;
};

std::vector<Tone> tones_of(const GreyLevels& image) {
  std::vector<double> differences(static_cast<std::size_t>(image.highest) + 1);
  for (std::int64_t r = 0; r < image.rows; ++r)
    for (std::int64_t c = 0; c < image.columns; ++c)
      differences[static_cast<std::size_t>(image.at(r, c))] += tone_difference(image, r, c);
  const std::vector<std::int64_t> counts = level_counts(image);
  const auto pixels = static_cast<double>(image.levels.size());
  std::vector<Tone> tones;
  for (std::size_t level = 1; level < counts.size(); ++level)
    if (counts[level] != 0)
      tones.push_back({static_cast<double>(level), static_cast<double>(counts[level]) / pixels,
                       differences[level]});
  return tones;
}

/// Sums over all ordered pairs of tones.
struct PairSums {
  double contrast = 0, busyness = 0, complexity = 0, strength = 0;
};

PairSums pair_sums(const std::vector<Tone>& tones) {
  PairSums sums;
  for (std::size_t k = 0; k < tones.size(); ++k) {
    const Tone& a = tones[k];
    for (std::size_t m = 0; m < k; ++m) {
      const Tone& b = tones[m];
      const double apart = a.level - b.level, shares = a.share + b.share;
      sums.contrast += 2 * a.share * b.share * apart * apart;
      sums.busyness += 2 * std::abs(a.level * a.share - b.level * b.share);
      sums.complexity += 2 * apart * (a.share * a.difference + b.share * b.difference) / shares;
      sums.strength += 2 * shares * apart * apart;
    }
  }
  return sums;
}

}  // namespace

std::array<double, kNgtdmNames.size()> ngtdm(const GreyLevels& image) {
  const std::vector<Tone> tones = tones_of(image);
  const PairSums sums = pair_sums(tones);
  const auto pixels = static_cast<double>(image.levels.size()),
             count = static_cast<double>(tones.size());
  double difference = 0, weighted = 0;
  for (const Tone& tone : tones)
    difference += tone.difference, weighted += tone.share * tone.difference;
  const double coarseness = weighted != 0 ? 1 / weighted : kGreatestCoarseness;
  const double busyness = sums.busyness != 0 ? weighted / sums.busyness : 0;
  const double contrast =
      count > 1 ? sums.contrast * difference / pixels / (count * (count - 1)) : 0;
  const double strength = difference != 0 ? sums.strength / difference : 0;
  return {busyness, coarseness, sums.complexity / pixels, contrast, strength};
}

}  // namespace raygen::engine
