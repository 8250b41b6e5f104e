#include "classifier/activation_overlay.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace raygen::engine {

namespace {

constexpr float kOpacity = 0.6F;

/// The two places between whose centres a pixel lies, and how far it is from the first.
struct Between {
  std::int64_t first = 0, second = 0;
  float share = 0;
  bool seen = false;
};

/// By pixel of one side of a film, of which `length` from `begin` on are `places` places.
std::vector<Between> places_of(std::int64_t pixels, double begin, double length,
                               std::int64_t places) {
  std::vector<Between> result(static_cast<std::size_t>(pixels));
  for (std::int64_t i = 0; i < pixels; ++i) {
    const double within = (static_cast<double>(i) + 0.5 - begin) / length;
    if (within < 0 || within > 1) continue;
    const double at = std::clamp(within * static_cast<double>(places) - 0.5, 0.0,
                                 static_cast<double>(places - 1));
    const auto first = static_cast<std::int64_t>(at);
    result[static_cast<std::size_t>(i)] = {first, std::min(first + 1, places - 1),
                                           static_cast<float>(at - static_cast<double>(first)),
                                           true};
  }
  return result;
}

/// By place: 0..1.
at::Tensor evidence_of(const at::Tensor& map) {
  const at::Tensor positive = map.to(at::kFloat).clamp_min(0).contiguous();
  const float most = positive.max().item<float>();
  return most > 0 ? positive / most : positive;
}

}  // namespace

FilmPart seen_part(std::int64_t width, std::int64_t height,
                   const ClassifierArchitecture& architecture) {
  const auto w = static_cast<double>(width), h = static_cast<double>(height);
  double side = std::min(w, h);
  if (architecture.resize == ResizeRule::squash) return {0, 0, w, h};
  if (architecture.resize == ResizeRule::short_side)
    side *=
        static_cast<double>(architecture.resolution) / static_cast<double>(architecture.short_side);
  return {(w - side) / 2, (h - side) / 2, side, side};
}

Image activation_overlay(const Image& film, const at::Tensor& map,
                         const ClassifierArchitecture& architecture) {
  const at::Tensor evidence = evidence_of(map);
  const float* values = evidence.const_data_ptr<float>();
  const std::int64_t places_across = evidence.size(1);
  const FilmPart part = seen_part(film.width, film.height, architecture);
  const auto rows = places_of(film.height, part.top, part.height, evidence.size(0));
  const auto columns = places_of(film.width, part.left, part.width, places_across);
  const auto at = [&](const Between& row, const Between& column) {
    const auto along = [&](std::int64_t y) {
      return std::lerp(values[y * places_across + column.first],
                       values[y * places_across + column.second], column.share);
    };
    return std::lerp(along(row.first), along(row.second), row.share);
  };

  Image overlay{film.width, film.height, 3, {}, film.text};
  overlay.text.erase("raygen");
  overlay.pixels.reserve(static_cast<std::size_t>(film.width * film.height * 3));
  const float* pixel = film.pixels.data();
  for (const Between& row : rows) {
    for (const Between& column : columns) {
      const float e = row.seen && column.seen ? at(row, column) : 0;
      const std::array colour{1.0F, 1 - e, 0.0F};
      for (std::size_t c = 0; c < colour.size(); ++c)
        overlay.pixels.push_back(
            std::lerp(pixel[film.channels == 3 ? c : 0], colour[c], kOpacity * e));
      pixel += film.channels;
    }
  }
  return overlay;
}

}  // namespace raygen::engine
