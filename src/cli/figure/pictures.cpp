#include "figure/pictures.hpp"

#include <algorithm>
#include <vector>

namespace raygen::cli {
namespace {

constexpr std::int32_t longest_side = 1024, longest_mask_side = 512;

/// Into how many pixels a side a block shrinks to one.
std::int32_t factor(const Image& image, std::int32_t longest) {
  return (std::max(image.width(), image.height()) + longest - 1) / longest;
}

Image shrunk(const Image& image, std::int32_t by) {
  const std::int32_t width = (image.width() + by - 1) / by, height = (image.height() + by - 1) / by,
                     channels = image.channels();
  std::vector<float> means;
  for (std::int32_t top = 0; top < image.height(); top += by) {
    for (std::int32_t left = 0; left < image.width(); left += by) {
      const std::int32_t bottom = std::min(top + by, image.height()),
                         right = std::min(left + by, image.width());
      for (std::int32_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::int32_t y = top; y < bottom; ++y)
          for (std::int32_t x = left; x < right; ++x) sum += static_cast<double>(image.at(x, y, c));
        means.push_back(static_cast<float>(sum / ((bottom - top) * (right - left))));
      }
    }
  }
  Image small(width, height, channels, means.data());
  for (const char* keyword : {"Software", "Description", "Comment", "raygen"})
    if (const std::string text = image.text(keyword); !text.empty()) small.set_text(keyword, text);
  return small;
}

}  // namespace

Bytes embedded(const Image& image) {
  const std::int32_t by = factor(image, longest_side);
  return by == 1 ? image.encode_png() : shrunk(image, by).encode_png();
}

Cells marked_cells(const Image& mask) {
  const std::int32_t by = factor(mask, longest_mask_side);
  Cells cells{(mask.width() + by - 1) / by, (mask.height() + by - 1) / by, {}};
  cells.marked.resize(static_cast<std::size_t>(cells.width) *
                      static_cast<std::size_t>(cells.height));
  for (std::int32_t y = 0; y < mask.height(); ++y)
    for (std::int32_t x = 0; x < mask.width(); ++x)
      if (mask.at(x, y) >= 0.5F)
        cells.marked[static_cast<std::size_t>(y / by) * static_cast<std::size_t>(cells.width) +
                     static_cast<std::size_t>(x / by)] = 1;
  return cells;
}

}  // namespace raygen::cli
