#pragma once
// Animated PNG (W3C, Portable Network Graphics, third edition, section 11.3.6): libpng does not
// write it. A program that does not know it shows the first frame.

#include "figure/page.hpp"

#include <cstdint>
#include <vector>

namespace raygen::cli {

struct Frame {
  Bytes png;                   // of the same size and kind as the others
  std::uint16_t milliseconds;  // how long it is shown
};

/// One file that shows the frames again and again, with the texts of the first. At least one frame.
Bytes animated_png(const std::vector<Frame>& frames);

}  // namespace raygen::cli
