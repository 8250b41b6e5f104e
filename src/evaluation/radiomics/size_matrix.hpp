#pragma once
// What grey level run lengths and grey level size zones have in common: features of how often a
// level occurs in pieces of a size.

#include "evaluation/radiomics/pair_counts.hpp"

#include <vector>

namespace raygen::engine {

/// Of a matrix of counts by level i and size j. "Emphasis" is a mean over the pieces: of i² for
/// high levels, 1/i² for low ones, j² for large sizes, 1/j² for small ones, and of products of
/// them.
struct SizeFeatures {
  double level_non_uniformity = 0, level_non_uniformity_normalised = 0, level_variance = 0;
  double size_non_uniformity = 0, size_non_uniformity_normalised = 0, size_variance = 0;
  double high_level = 0, low_level = 0, large = 0, small = 0;
  double large_high_level = 0, large_low_level = 0, small_high_level = 0, small_low_level = 0;
  double entropy = 0;     // in bits
  double percentage = 0;  // pieces per pixel

  SizeFeatures& operator+=(const SizeFeatures& other);
  SizeFeatures& operator/=(double divisor);
};

SizeFeatures size_features(const std::vector<PairCount>& matrix);

}  // namespace raygen::engine
