#pragma once
// Values in bins: what textures are counted of.

#include "evaluation/radiomics/plane.hpp"

#include <cstdint>
#include <vector>

namespace raygen::engine {

struct GreyLevels {
  std::int64_t rows = 0, columns = 0;
  std::vector<int> levels;  // rows × columns, from 1, the lowest of the image, to `highest`
  int highest = 0;          // levels between that no pixel has count where a formula has N_g
  int at(std::int64_t row, std::int64_t column) const {
    return levels[static_cast<std::size_t>(row * columns + column)];
  }
};

/// Bins of one width, whose edges are multiples of it (pyradiomics's binWidth).
GreyLevels grey_levels(const Plane& image, double bin_width);

/// How many pixels have each level: `highest` + 1 counts, the first of them 0.
std::vector<std::int64_t> level_counts(const GreyLevels& image);

/// -p log2(p + ε), ε the distance of 1 to the next double, as pyradiomics has it.
double entropy_term(double probability);

}  // namespace raygen::engine
