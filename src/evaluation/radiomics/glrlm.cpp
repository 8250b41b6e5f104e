#include "evaluation/radiomics/glrlm.hpp"

#include "evaluation/radiomics/directions.hpp"
#include "evaluation/radiomics/size_matrix.hpp"

namespace raygen::engine {

namespace {

/// The lengths of the runs along one direction: a run starts where the pixel before is another or
/// none.
std::vector<LevelPair> runs(const GreyLevels& image, const Direction& step) {
  const auto inside = [&](std::int64_t r, std::int64_t c) {
    return r >= 0 && r < image.rows && c >= 0 && c < image.columns;
  };
  std::vector<LevelPair> result;
  for (std::int64_t row = 0; row < image.rows; ++row) {
    for (std::int64_t column = 0; column < image.columns; ++column) {
      const int level = image.at(row, column);
      std::int64_t r = row - step.down, c = column - step.across;
      if (inside(r, c) && image.at(r, c) == level) continue;
      int length = 0;
      for (r = row, c = column; inside(r, c) && image.at(r, c) == level;
           r += step.down, c += step.across)
        ++length;
      result.emplace_back(level, length);
    }
  }
  return result;
}

}  // namespace

std::array<double, kGlrlmNames.size()> glrlm(const GreyLevels& image) {
  SizeFeatures f;
  for (const Direction& direction : kDirections)
    f += size_features(count_pairs(runs(image, direction)));
  f /= static_cast<double>(kDirections.size());
  return {f.level_non_uniformity,
          f.level_non_uniformity_normalised,
          f.level_variance,
          f.high_level,
          f.large,
          f.large_high_level,
          f.large_low_level,
          f.low_level,
          f.entropy,
          f.size_non_uniformity,
          f.size_non_uniformity_normalised,
          f.percentage,
          f.size_variance,
          f.small,
          f.small_high_level,
          f.small_low_level};
}

}  // namespace raygen::engine
