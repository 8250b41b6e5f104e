#pragma once
// What an edit changed, in colours.

#include "figure/layout.hpp"

#include <raygen/image.hpp>

#include <cstddef>
#include <vector>

namespace raygen::cli {

/// after - before, the means of the channels: blue where it became darker, red where brighter,
/// white where nothing changed. The colours' range is that of the largest difference.
class Difference {
 public:
  /// Images of the same size.
  Difference(const Image& before, const Image& after);

  Image picture() const;
  ColourScale scale() const;
  /// Pixels that differ by any amount and are not white in the mask.
  std::size_t changed_outside(const Image& mask) const;

 private:
  std::int32_t width_, height_;
  std::vector<float> values_;  // [height][width], -1..1
  float largest_ = 0;          // of their amounts
};

}  // namespace raygen::cli
