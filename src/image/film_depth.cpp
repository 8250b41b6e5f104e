#include "image/film_depth.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace raygen::engine {
namespace {

constexpr std::size_t fewest_pixels = 64, fewest_values = 64;
constexpr double label_share = 0.005;
constexpr std::array detector_bits = {8, 10, 12, 14};
constexpr int all_bits = 16;

std::uint32_t white(int bits) { return (std::uint32_t{1} << bits) - 1; }

std::uint32_t value_of(float pixel) {
  const float inside = pixel > 0 ? std::min(pixel, 1.0F) : 0.0F;  // NaN too
  return static_cast<std::uint32_t>(inside * 65535.0 + 0.5);      // as encode_png rounds
}

int bits_of_a_drawing(std::uint32_t largest) {
  for (const int bits : detector_bits)
    if (largest == white(bits)) return bits;
  return largest > white(8) && largest < white(12) ? 12 : all_bits;
}

/// Whether the significant bits are the low ones: nothing is above their white, and not everything
/// is a multiple of what the lowest of the high ones would be.
bool in_low_bits(const Image& image, int bits) {
  const std::uint32_t step_of_high = std::uint32_t{1} << (all_bits - bits);
  bool between = false;
  for (const float pixel : image.pixels) {
    const std::uint32_t value = value_of(pixel);
    if (value > white(bits)) return false;
    between = between || value % step_of_high != 0;
  }
  return between;
}

}  // namespace

int film_bits(const Image& image) {
  if (static_cast<std::size_t>(image.width * image.height) < fewest_pixels) return all_bits;
  std::vector<std::size_t> histogram(65536);
  for (const float pixel : image.pixels) ++histogram[value_of(pixel)];
  std::size_t values = 0;
  std::uint32_t largest = 0;
  for (std::uint32_t value = 0; value < histogram.size(); ++value) {
    if (histogram[value] == 0) continue;
    ++values;
    largest = value;
  }
  if (values < fewest_values) return bits_of_a_drawing(largest);

  const auto most =
      static_cast<std::size_t>(label_share * static_cast<double>(image.pixels.size()));
  std::uint32_t brightest = largest - 1;
  for (std::size_t above = histogram[brightest]; brightest > 0 && above <= most;)
    above += histogram[--brightest];
  if (brightest < 64) return all_bits;
  const auto needed = static_cast<int>(std::bit_width(brightest));
  const auto* bits = std::find_if(detector_bits.begin(), detector_bits.end(),
                                  [&](int candidate) { return candidate >= needed; });
  return bits == detector_bits.end() ? all_bits : *bits;
}

int meant_bits(const Image& image, std::optional<int> declared) {
  const bool fewer = declared && *declared >= 1 && *declared < all_bits;
  if (is_own(image)) return fewer ? *declared : all_bits;
  if (!declared) return film_bits(image);
  return fewer && in_low_bits(image, *declared) ? *declared : all_bits;
}

void spread_bits(Image& image, int bits) {
  if (bits == all_bits) return;
  const float scale = static_cast<float>(white(bits)) / 65535.0F;
  for (float& pixel : image.pixels) pixel = std::min(pixel / scale, 1.0F);
}

}  // namespace raygen::engine
