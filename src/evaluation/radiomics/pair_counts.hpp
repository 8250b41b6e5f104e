#pragma once
// How often a grey level occurs with another number: the sparse form of a texture matrix.

#include <cstdint>
#include <utility>
#include <vector>

namespace raygen::engine {

/// A level, from 1, and what it occurs with, from 1: the other level, a run's length, a zone's
/// size.
using LevelPair = std::pair<int, int>;

struct PairCount {
  int level = 0, other = 0;
  double count = 0;
};

/// The pairs that occur, each once, by level.
std::vector<PairCount> count_pairs(const std::vector<LevelPair>& pairs);

}  // namespace raygen::engine
