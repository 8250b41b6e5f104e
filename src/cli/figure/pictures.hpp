#pragma once
// Images as figures embed them.

#include "figure/page.hpp"

#include <raygen/image.hpp>

namespace raygen::cli {

/// A PNG of 8 bits with the texts of the image; an image of more than 1024 pixels a side is shrunk
/// to fit, by a whole factor, each pixel the mean of a block.
Bytes embedded(const Image& image);

/// The same blocks, of at most 512 a side: marked where a pixel of the block is at least half
/// white.
Cells marked_cells(const Image& mask);

}  // namespace raygen::cli
