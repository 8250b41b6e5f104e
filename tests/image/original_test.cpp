// Images that go back into the depth of the file that they were made from.

#include "image/original.hpp"

#include "error.hpp"
#include "image/codec.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;

namespace {

constexpr std::int64_t side = 32;

/// Samples of a film of twelve bits, with a label that is whiter than they can be.
Image film_of_twelve_bits() {
  Image image{side, side, 1, {}, {}};
  for (std::int64_t i = 0; i < side * side; ++i) {
    const double shape = std::sin(3.14 * static_cast<double>(i % side) / side) *
                         std::sin(3.14 * static_cast<double>(i / side) / side);
    const bool label = i == 5 * side + 3 || i == 5 * side + 4;
    image.pixels.push_back(static_cast<float>(label ? 65535 : std::floor(4000 * shape) + i % 7) /
                           65535.0F);
  }
  return image;
}

Image gradient(std::int64_t channels) {
  Image image{side, side, channels, {}, {}};
  for (std::int64_t i = 0; i < side * side * channels; ++i)
    image.pixels.push_back(static_cast<float>(i % 256) / 255.0F);
  return image;
}

std::vector<float> samples_of(const std::string& png) {
  return decode(png, "png", {}).image.pixels;
}

}  // namespace

TEST_CASE("a film of twelve bits in sixteen keeps its own samples, its label's too") {
  const Image film = film_of_twelve_bits();
  const std::string file = encode_png(film, 16);
  Image shown = decode_image(file, "film.png", {});
  REQUIRE(shown.pixels[5 * side + 3] == 1);
  shown.text["raygen"] = "{}";
  shown.pixels[40] = 0.5F;
  const std::string edited = encode_png_like(shown, {file}, {});
  std::vector<float> expected = samples_of(file);
  expected[40] = 2048 / 65535.0F;
  CHECK(samples_of(edited) == expected);
  // What reads it again sees the same picture, although images of our own mean all bits.
  const Image again = decode_image(edited, "edited.png", {});
  for (std::size_t i = 0; i < again.pixels.size(); ++i)
    CHECK(again.pixels[i] == Approx(shown.pixels[i]).margin(2e-4));
}

TEST_CASE("files of eight bits come back in eight, and others in sixteen") {
  for (const std::int64_t channels : {1, 3}) {
    const Image image = gradient(channels);
    for (const int bits : {8, 16}) {
      const std::string file = encode_png(image, bits), like = encode_png_like(image, {file}, {});
      CHECK(decode(like, "png", {}).depth.bits == bits);
      CHECK(samples_of(like) == samples_of(file));
    }
  }
}

TEST_CASE("an outpainted film keeps its samples where it lies") {
  const std::string file = encode_png(film_of_twelve_bits(), 16);
  const Image shown = decode_image(file, "film.png", {});
  Image wide{side + 7, side + 2, 1, std::vector<float>((side + 7) * (side + 2), 0.25F), {}};
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x)
      wide.pixels[static_cast<std::size_t>((y + 2) * wide.width + x + 4)] =
          shown.pixels[static_cast<std::size_t>(y * side + x)];
  const std::vector<float> samples = samples_of(encode_png_like(wide, {file, 4, 2}, {})),
                           own = samples_of(file);
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x)
      CHECK(samples[static_cast<std::size_t>((y + 2) * wide.width + x + 4)] ==
            own[static_cast<std::size_t>(y * side + x)]);
  for (const auto& [left, top] : {std::pair(8, 0), std::pair(0, 3), std::pair(-1, 0)})
    CHECK_THROWS_AS(encode_png_like(wide, {file, left, top}, {}), Error);
}
