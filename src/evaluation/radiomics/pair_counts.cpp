#include "evaluation/radiomics/pair_counts.hpp"

#include <algorithm>

namespace raygen::engine {

std::vector<PairCount> count_pairs(const std::vector<LevelPair>& pairs) {
  int highest_level = 0, highest_other = 0;
  for (const auto& [level, other] : pairs)
    highest_level = std::max(highest_level, level), highest_other = std::max(highest_other, other);
  // Sorted by level into one list, of which each level's part is then counted by itself.
  std::vector<std::size_t> ends(static_cast<std::size_t>(highest_level) + 2);
  for (const LevelPair& pair : pairs) ++ends[static_cast<std::size_t>(pair.first) + 1];
  for (std::size_t level = 1; level < ends.size(); ++level) ends[level] += ends[level - 1];
  std::vector<int> others(pairs.size());
  for (const auto& [level, other] : pairs) others[ends[static_cast<std::size_t>(level)]++] = other;
  std::vector<double> counts(static_cast<std::size_t>(highest_other) + 1);
  std::vector<PairCount> result;
  std::size_t place = 0;
  for (int level = 0; level <= highest_level; ++level) {
    const std::size_t end = ends[static_cast<std::size_t>(level)], first = result.size();
    for (; place < end; ++place)
      if (counts[static_cast<std::size_t>(others[place])]++ == 0)
        result.push_back({level, others[place], 0});
    for (std::size_t i = first; i < result.size(); ++i)
      std::swap(result[i].count, counts[static_cast<std::size_t>(result[i].other)]);
  }
  return result;
}

}  // namespace raygen::engine
