#pragma once
// Which pixels of a film may change, and how much.

#include "image/image.hpp"

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// A rectangle of pixels; x and y are those of its first one.
struct Box {
  std::int64_t x = 0, y = 0, width = 0, height = 0;
};

/// Pixels that are added to a film, which is outpainting.
struct Margins {
  std::int64_t left = 0, top = 0, right = 0, bottom = 0;
  bool any() const { return left != 0 || top != 0 || right != 0 || bottom != 0; }
};

/// What may change of a picture [height][width]: 1, else 0.
struct EditMask {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> editable;

  std::uint8_t& at(std::int64_t x, std::int64_t y) {
    return editable[static_cast<std::size_t>(y * width + x)];
  }
  std::uint8_t at(std::int64_t x, std::int64_t y) const {
    return const_cast<EditMask&>(*this).at(x, y);
  }
};

/// The mask that an image and boxes make together, of the film's size. A pixel of the image marks
/// if it is at least half as bright as the brightest: masks of 0 and 255 and of 0 and 1 mean the
/// same. image: may be null. Throws Error(invalid_argument) when the image has another size than
/// the film or a box leaves it.
EditMask mask_of(const Image* image, const std::vector<Box>& boxes, std::int64_t width,
                 std::int64_t height);

/// The same on the film with its margins, which may change too.
EditMask with_margins(const EditMask& mask, const Margins& margins);

/// The smallest box that holds all that may change; of no size when nothing may.
Box bounds_of(const EditMask& mask);

/// A mask that reaches `pixels` further.
EditMask grown(const EditMask& mask, std::int64_t pixels);

/// How much of a new picture comes into the pixels of bounds_of(mask), [height][width], 0..1: 0
/// where nothing may change, rising from the edge of the mask inwards and 1 from `feather` pixels
/// on, or in the middle of a mask that is less deep. The film's own border is no edge.
std::vector<float> weights_of(const EditMask& mask, std::int64_t feather);

}  // namespace raygen::engine
