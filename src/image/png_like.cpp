// PNGs in the depth of the file that their picture was made from.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/film_depth.hpp"
#include "image/original.hpp"

namespace raygen::engine {
namespace {

constexpr double white_of_samples = 65535;

void check_inside(const Image& image, const Image& original, const PngOriginal& at) {
  const bool inside = at.left >= 0 && at.top >= 0 && original.width <= image.width - at.left &&
                      original.height <= image.height - at.top;
  if (!inside) {
    fail(
        Status::invalid_argument,
        "the original of {} x {} pixels at column {}, row {} does not lie inside the image of {} x "
        "{} pixels",
        original.width, original.height, at.left, at.top, image.width, image.height);
  }
}

/// The image as samples of `bits` bits in sixteen, over which lie the original's own samples
/// wherever the image has not changed what they show.
Image as_samples(const Image& image, const Decoded& original, const PngOriginal& at, int bits) {
  Image samples = image;
  const double white = (1 << bits) - 1;
  for (float& pixel : samples.pixels)
    pixel = static_cast<float>(sample_of(pixel, white) / white_of_samples);
  if (original.image.channels != image.channels) return samples;
  Image shown = original.image;
  spread_bits(shown, bits);
  const std::int64_t values = shown.width * shown.channels;
  for (std::int64_t y = 0; y < shown.height; ++y) {
    const std::int64_t row = ((y + at.top) * image.width + at.left) * image.channels;
    for (std::int64_t i = 0; i < values; ++i) {
      const auto here = static_cast<std::size_t>(row + i),
                 there = static_cast<std::size_t>(y * values + i);
      if (image.pixels[here] == shown.pixels[there])
        samples.pixels[here] = original.image.pixels[there];
    }
  }
  return samples;
}

}  // namespace

std::string encode_png_like(const Image& image, const PngOriginal& original, const Limits& limits) {
  const Decoded decoded = decode(original.bytes, "the original", limits);
  check_inside(image, decoded.image, original);
  if (decoded.depth.bits <= 8) return encode_png(image, 8);
  int bits = 16;
  if (decoded.depth.may_be_film) bits = meant_bits(decoded.image, decoded.depth.declared);
  if (bits == 16) return encode_png(image, 16, /*declare_bits=*/true);
  return encode_film_png(as_samples(image, decoded, original, bits), bits);
}

}  // namespace raygen::engine
