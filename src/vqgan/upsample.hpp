#pragma once

#include "compute/winograd.hpp"
#include "vqgan/blocks.hpp"

#include <array>
#include <optional>
#include <string>

namespace raygen::engine {

/// Nearest ×2, then a 3×3 convolution. By Winograd's in float32 where that suits, else as four 2×2
/// convolutions of the small map, one for each parity of row and column: a 3×3 window over doubled
/// pixels sees only 2×2 different ones, so the taps that fall on the same pixel are added
/// beforehand. In bfloat16 off the CPU as it is written: there products are cheap against memory.
class Upsample {
 public:
  /// size: height and width of the small map.
  Upsample(const WeightSource& weights, const std::string& name, std::int64_t size);
  void apply(FeatureMap& map) const;

 private:
  std::optional<Winograd> winograd_;
  std::optional<Convolution> whole_;   // as it is written
  std::array<Convolution, 4> phases_;  // without both: [row parity × 2 + column parity]
};

}  // namespace raygen::engine
