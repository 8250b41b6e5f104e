#include "generation/film_window.hpp"

#include "image/resize.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>

namespace raygen::engine {
namespace {

/// Where along one axis a window begins that holds begin..begin + count of 0..length.
std::int64_t place(std::int64_t wanted, std::int64_t side, std::int64_t length, std::int64_t begin,
                   std::int64_t count) {
  if (side >= length) return (length - side) / 2;
  const std::int64_t holding = std::clamp(wanted, begin + count - side, begin);
  return std::clamp<std::int64_t>(holding, 0, length - side);
}

}  // namespace

FilmWindow whole_window(std::int64_t width, std::int64_t height) {
  const std::int64_t side = std::max(width, height);
  return {(width - side) / 2, (height - side) / 2, side};
}

FilmWindow film_window(std::int64_t width, std::int64_t height, const Box& box) {
  const std::int64_t side = std::max({std::min(width, height), box.width, box.height});
  return {place((width - side) / 2, side, width, box.x, box.width),
          place((height - side) / 2, side, height, box.y, box.height), side};
}

FilmWindow close_window(std::int64_t width, std::int64_t height, const Box& box,
                        std::int64_t least) {
  const std::int64_t longer = std::max(box.width, box.height),
                     most = film_window(width, height, box).side;
  const std::int64_t side = std::min(most, std::max(least, longer + (longer + 1) / 2));
  return {place(box.x + (box.width - side) / 2, side, width, box.x, box.width),
          place(box.y + (box.height - side) / 2, side, height, box.y, box.height), side};
}

Image cut(const Image& image, const Box& box) {
  Image part{box.width, box.height, image.channels, {}, {}};
  part.pixels.reserve(static_cast<std::size_t>(box.width * box.height * image.channels));
  for (std::int64_t y = box.y; y < box.y + box.height; ++y) {
    const float* const row =
        image.pixels.data() +
        std::clamp<std::int64_t>(y, 0, image.height - 1) * image.width * image.channels;
    for (std::int64_t x = box.x; x < box.x + box.width; ++x) {
      const float* const pixel =
          row + std::clamp<std::int64_t>(x, 0, image.width - 1) * image.channels;
      part.pixels.insert(part.pixels.end(), pixel, pixel + image.channels);
    }
  }
  return part;
}

at::Tensor touched_cells(const EditMask& mask, const FilmWindow& window, std::int64_t grid) {
  const at::Tensor cells = at::zeros({grid, grid}, at::kBool);
  auto touched = cells.accessor<bool, 2>();
  const auto first = [&](std::int64_t pixel) { return pixel * grid / window.side; };
  const auto last = [&](std::int64_t pixel) { return ((pixel + 1) * grid - 1) / window.side; };
  const std::int64_t left = std::max<std::int64_t>(0, window.x),
                     right = std::min(mask.width, window.x + window.side),
                     top = std::max<std::int64_t>(0, window.y),
                     bottom = std::min(mask.height, window.y + window.side);
  for (std::int64_t y = top; y < bottom; ++y) {
    for (std::int64_t x = left; x < right; ++x) {
      if (mask.at(x, y) == 0) continue;
      for (std::int64_t row = first(y - window.y); row <= last(y - window.y); ++row)
        for (std::int64_t column = first(x - window.x); column <= last(x - window.x); ++column)
          touched[row][column] = true;
    }
  }
  return cells.flatten();
}

void lay_over(Image& film, const Image& picture, const FilmWindow& window, const Box& box,
              const std::vector<float>& weights) {
  at::Tensor planes = resize_and_crop(picture, window.side);
  if (picture.channels != film.channels)
    planes = planes.mean(1, /*keepdim=*/true).expand({1, film.channels, window.side, window.side});
  const at::Tensor patch = planes[0]
                               .narrow(1, box.y - window.y, box.height)
                               .narrow(2, box.x - window.x, box.width)
                               .permute({1, 2, 0})
                               .contiguous();
  const float* fresh = patch.const_data_ptr<float>();
  const float* weight = weights.data();
  for (std::int64_t y = box.y; y < box.y + box.height; ++y) {
    float* pixel = film.pixels.data() + (y * film.width + box.x) * film.channels;
    for (std::int64_t x = 0; x < box.width; ++x, ++weight) {
      for (std::int64_t c = 0; c < film.channels; ++c, ++pixel, ++fresh) {
        if (*weight == 1)
          *pixel = *fresh;
        else if (*weight > 0)
          *pixel += *weight * (*fresh - *pixel);
      }
    }
  }
}

}  // namespace raygen::engine
