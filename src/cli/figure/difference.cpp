#include "figure/difference.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::cli {
namespace {

using Colour = std::array<float, 3>;

/// ColorBrewer's RdBu of five classes, from darker to brighter: told apart with any colour vision.
constexpr Colour colours[] = {
    {5, 113, 176}, {146, 197, 222}, {247, 247, 247}, {244, 165, 130}, {202, 0, 32}};
constexpr float last_colour = std::size(colours) - 1;
constexpr float white = 255;

/// `value`: -1..1.
Colour colour_of(float value) {
  const float place = (std::clamp(value, -1.0F, 1.0F) + 1) / 2 * last_colour;
  const auto below = std::min(static_cast<std::size_t>(place), std::size(colours) - 2);
  const float above = place - static_cast<float>(below);
  Colour colour;
  for (std::size_t c = 0; c < colour.size(); ++c)
    colour[c] = (colours[below][c] * (1 - above) + colours[below + 1][c] * above) / white;
  return colour;
}

std::string css(const Colour& colour) {
  const auto level = [&](std::size_t c) { return std::to_string(static_cast<int>(colour[c])); };
  return "rgb(" + level(0) + ',' + level(1) + ',' + level(2) + ')';
}

}  // namespace

Difference::Difference(const Image& before, const Image& after)
    : width_(before.width()), height_(before.height()) {
  const Image old = before.grey(), edited = after.grey();
  const Span<float> from = old.pixels(), to = edited.pixels();
  for (std::size_t i = 0; i < from.size(); ++i) {
    values_.push_back(to[i] - from[i]);
    largest_ = std::max(largest_, std::abs(values_.back()));
  }
}

Image Difference::picture() const {
  std::vector<float> pixels;
  for (const float value : values_) {
    const Colour colour = colour_of(largest_ > 0 ? value / largest_ : 0);
    pixels.insert(pixels.end(), colour.begin(), colour.end());
  }
  return {width_, height_, 3, pixels.data()};
}

ColourScale Difference::scale() const {
  const std::string most = number(std::round(static_cast<double>(largest_ * white) * 10) / 10);
  ColourScale scale{"Grey levels", {}, {"−" + most, "0", "+" + most}};
  for (const Colour& colour : colours) scale.colours.push_back(css(colour));
  return scale;
}

std::size_t Difference::changed_outside(const Image& mask) const {
  std::size_t changed = 0;
  for (std::int32_t y = 0; y < height_; ++y)
    for (std::int32_t x = 0; x < width_; ++x)
      if (mask.at(x, y) < 0.5F &&
          values_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x)] != 0)
        ++changed;
  return changed;
}

}  // namespace raygen::cli
