#include "evaluation/radiomics/glszm.hpp"

#include "evaluation/radiomics/size_matrix.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

/// The sizes of the zones. Each zone is filled from its first pixel.
std::vector<LevelPair> zones(const GreyLevels& image) {
  std::vector<LevelPair> result;
  std::vector<bool> seen(image.levels.size());
  std::vector<std::int64_t> open;  // pixels whose neighbours have not been looked at
  for (std::int64_t start = 0; start < image.rows * image.columns; ++start) {
    if (seen[static_cast<std::size_t>(start)]) continue;
    const int level = image.levels[static_cast<std::size_t>(start)];
    int size = 0;
    seen[static_cast<std::size_t>(start)] = true;
    for (open = {start}; !open.empty(); ++size) {
      const std::int64_t row = open.back() / image.columns, column = open.back() % image.columns;
      open.pop_back();
      const std::int64_t last_row = std::min(row + 1, image.rows - 1),
                         last_column = std::min(column + 1, image.columns - 1);
      for (std::int64_t r = std::max<std::int64_t>(row - 1, 0); r <= last_row; ++r) {
        for (std::int64_t c = std::max<std::int64_t>(column - 1, 0); c <= last_column; ++c) {
          const auto place = static_cast<std::size_t>(r * image.columns + c);
          if (seen[place] || image.levels[place] != level) continue;
          seen[place] = true;
          open.push_back(r * image.columns + c);
        }
      }
    }
    result.emplace_back(level, size);
  }
  return result;
}

}  // namespace

std::array<double, kGlszmNames.size()> glszm(const GreyLevels& image) {
  const SizeFeatures f = size_features(count_pairs(zones(image)));
  return {f.level_non_uniformity,
          f.level_non_uniformity_normalised,
          f.level_variance,
          f.high_level,
          f.large,
          f.large_high_level,
          f.large_low_level,
          f.low_level,
          f.size_non_uniformity,
          f.size_non_uniformity_normalised,
          f.small,
          f.small_high_level,
          f.small_low_level,
          f.entropy,
          f.percentage,
          f.size_variance};
}

}  // namespace raygen::engine
