#include "generation/edit_mask.hpp"

#include "error.hpp"
#include "image/distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace raygen::engine {
namespace {

void mark(EditMask& mask, const Image& image) {
  if (image.width != mask.width || image.height != mask.height) {
    fail(Status::invalid_argument,
         "the mask is {} x {} pixels and the image {} x {}; the same size was expected",
         image.width, image.height, mask.width, mask.height);
  }
  const Image grey = to_grey(image);
  const float brightest = *std::max_element(grey.pixels.begin(), grey.pixels.end());
  for (std::size_t i = 0; i < grey.pixels.size(); ++i)
    mask.editable[i] = brightest > 0 && grey.pixels[i] >= brightest / 2;
}

void mark(EditMask& mask, const Box& box, std::size_t number) {
  const bool inside = box.x >= 0 && box.y >= 0 && box.width >= 1 && box.height >= 1 &&
                      box.x < mask.width && box.y < mask.height &&
                      box.width <= mask.width - box.x && box.height <= mask.height - box.y;
  if (!inside) {
    fail(Status::invalid_argument,
         "box {} is {},{},{},{} (x, y, width, height); one inside the image of {} x {} pixels was "
         "expected",
         number, box.x, box.y, box.width, box.height, mask.width, mask.height);
  }
  for (std::int64_t y = box.y; y < box.y + box.height; ++y)
    std::fill_n(&mask.at(box.x, y), box.width, std::uint8_t{1});
}

/// The box and `reach` pixels around it, as far as the mask goes.
Box widened(const Box& box, std::int64_t reach, const EditMask& mask) {
  const std::int64_t x = std::max<std::int64_t>(0, box.x - reach),
                     y = std::max<std::int64_t>(0, box.y - reach);
  return {x, y, std::min(mask.width, box.x + box.width + reach) - x,
          std::min(mask.height, box.y + box.height + reach) - y};
}

/// Distances, in the pixels of a box, to the nearest pixel in it whose mark is `value`.
std::vector<float> distances(const EditMask& mask, const Box& box, std::uint8_t value) {
  std::vector<std::uint8_t> marked;
  marked.reserve(static_cast<std::size_t>(box.width * box.height));
  for (std::int64_t y = box.y; y < box.y + box.height; ++y)
    for (std::int64_t x = box.x; x < box.x + box.width; ++x)
      marked.push_back(mask.at(x, y) == value);
  return distance_to(marked, box.width, box.height);
}

}  // namespace

EditMask mask_of(const Image* image, const std::vector<Box>& boxes, std::int64_t width,
                 std::int64_t height) {
  EditMask mask{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height))};
  if (image != nullptr) mark(mask, *image);
  for (std::size_t i = 0; i < boxes.size(); ++i) mark(mask, boxes[i], i);
  return mask;
}

EditMask with_margins(const EditMask& mask, const Margins& margins) {
  if (!margins.any()) return mask;
  EditMask wide{
      mask.width + margins.left + margins.right, mask.height + margins.top + margins.bottom, {}};
  wide.editable.assign(static_cast<std::size_t>(wide.width * wide.height), 1);
  for (std::int64_t y = 0; y < mask.height; ++y)
    std::copy_n(mask.editable.data() + y * mask.width, mask.width,
                &wide.at(margins.left, y + margins.top));
  return wide;
}

Box bounds_of(const EditMask& mask) {
  std::int64_t left = mask.width, right = 0, top = mask.height, bottom = 0;
  for (std::int64_t y = 0; y < mask.height; ++y) {
    const std::uint8_t* const row = mask.editable.data() + y * mask.width;
    const std::uint8_t* const end = row + mask.width;
    const std::uint8_t* const first = std::find(row, end, std::uint8_t{1});
    if (first == end) continue;
    const auto last = std::find(std::make_reverse_iterator(end), std::make_reverse_iterator(first),
                                std::uint8_t{1});
    left = std::min<std::int64_t>(left, first - row);
    right = std::max<std::int64_t>(right, last.base() - row);
    top = std::min(top, y);
    bottom = y + 1;
  }
  return bottom == 0 ? Box{} : Box{left, top, right - left, bottom - top};
}

EditMask grown(const EditMask& mask, std::int64_t pixels) {
  const Box bounds = bounds_of(mask);
  if (pixels == 0 || bounds.width == 0) return mask;
  const Box box = widened(bounds, std::min(pixels, std::max(mask.width, mask.height)), mask);
  const std::vector<float> away = distances(mask, box, 1);
  EditMask wide = mask;
  for (std::int64_t y = 0; y < box.height; ++y)
    for (std::int64_t x = 0; x < box.width; ++x)
      wide.at(box.x + x, box.y + y) =
          away[static_cast<std::size_t>(y * box.width + x)] <= static_cast<float>(pixels);
  return wide;
}

std::vector<float> weights_of(const EditMask& mask, std::int64_t feather) {
  const Box bounds = bounds_of(mask), box = widened(bounds, 1, mask);
  const std::vector<float> depth = distances(mask, box, 0);
  std::vector<float> weights;
  weights.reserve(static_cast<std::size_t>(bounds.width * bounds.height));
  for (std::int64_t y = bounds.y - box.y; y < bounds.y - box.y + bounds.height; ++y)
    for (std::int64_t x = bounds.x - box.x; x < bounds.x - box.x + bounds.width; ++x)
      weights.push_back(depth[static_cast<std::size_t>(y * box.width + x)]);
  const float deepest = *std::max_element(weights.begin(), weights.end());
  const float whole = std::min(deepest, static_cast<float>(feather) + 1);
  for (float& weight : weights) weight = std::min(1.0F, weight / whole);
  return weights;
}

}  // namespace raygen::engine
