// The rule for samples of sixteen bits.

#include "image/film_depth.hpp"
#include "fixture.hpp"
#include "picture_files.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

using namespace raygen::engine;

namespace {

constexpr std::int64_t side = 64;

Image of_values(const std::vector<std::uint32_t>& values, std::int64_t width) {
  Image image{width, static_cast<std::int64_t>(values.size()) / width, 1, {}, {}};
  for (const std::uint32_t value : values)
    image.pixels.push_back(static_cast<float>(value) / 65535.0F);
  return image;
}

/// Something like a film: dark air around a brighter middle, with noise; its brightest values are
/// `peak` of the white of `bits`.
std::vector<std::uint32_t> film(int bits, double peak = 1) {
  std::mt19937 random(11);
  const double white = (1 << bits) - 1;
  std::vector<std::uint32_t> values;
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      const double shape = std::sin(3.14 * static_cast<double>(x) / side) *
                           std::sin(3.14 * static_cast<double>(y) / side);
      const double noise = static_cast<double>(random() % 1000) / 1000.0 - 0.5;
      const double value = peak * white * (0.03 + 0.97 * shape) + white / 200 * noise;
      values.push_back(static_cast<std::uint32_t>(std::clamp(value, 0.0, white)));
    }
  }
  return values;
}

std::vector<std::uint32_t> with_label(std::vector<std::uint32_t> values, std::uint32_t label,
                                      std::int64_t width, std::int64_t height) {
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      values[static_cast<std::size_t>(y * side + x + side + 1)] = label;
  return values;
}

int bits_of(const std::vector<std::uint32_t>& values, std::int64_t width = side) {
  return film_bits(of_values(values, width));
}

/// As another program would write it: nothing but the samples.
std::string png_of(const std::vector<std::uint32_t>& values) {
  return encode_png(of_values(values, side), 16);
}
std::vector<float> over(const std::vector<std::uint32_t>& values, int bits) {
  std::vector<float> out;
  for (const std::uint32_t value : values)
    out.push_back(std::min(
        static_cast<float>(value) / 65535.0F / (static_cast<float>((1 << bits) - 1) / 65535.0F),
        1.0F));
  return out;
}
std::vector<float> read_back(const std::string& bytes) {
  return decode_image(bytes, "film.png", {}).pixels;
}

}  // namespace

TEST_CASE("the bits of a film are found, with and without a label") {
  for (const int bits : {8, 10, 12, 14, 16}) {
    for (const double peak : {1.0, 0.6, 0.35}) {
      CAPTURE(bits, peak);
      const auto values = film(bits, peak);
      CHECK(bits_of(values) == bits);
      for (const std::uint32_t label : {65535U, 65280U, 40000U}) {
        CHECK(bits_of(with_label(values, label, 8, 2)) == bits);
        CHECK(bits_of(with_label(values, label, 30, 10)) == bits);  // 7 % of the picture
      }
      // Smoothed edges lie between the film and the label.
      auto edges = with_label(values, 65535, 8, 4);
      for (std::size_t i = 0; i < 8; ++i)
        edges[side + 12 + i] = 20000 + 5000 * static_cast<std::uint32_t>(i);
      CHECK(bits_of(edges) == bits);
    }
  }
}

TEST_CASE("odd numbers of bits come out at half their brightness or more") {
  CHECK(bits_of(film(9)) == 10);
  CHECK(bits_of(film(11)) == 12);
  CHECK(bits_of(film(13)) == 14);
  CHECK(bits_of(film(15)) == 16);
}

TEST_CASE("what is no film keeps its values, unless twelve bits or a white say otherwise") {
  const auto two = [](std::uint32_t a, std::uint32_t b) {
    std::vector<std::uint32_t> values(side * side, a);
    std::fill(values.begin(), values.begin() + 100, b);
    return bits_of(values);
  };
  CHECK(two(0, 0) == 16);
  CHECK(two(0, 1) == 16);  // a mask of labels
  CHECK(two(0, 255) == 8);
  CHECK(two(0, 819) == 12);
  CHECK(two(512, 1023) == 10);
  CHECK(two(2048, 4095) == 12);
  CHECK(two(2048, 4096) == 16);
  CHECK(two(8000, 16383) == 14);
  CHECK(two(8000, 16384) == 16);
  CHECK(two(0, 65535) == 16);
  CHECK(bits_of(std::vector<std::uint32_t>(63, 1000), 63) == 16);  // too few pixels
  CHECK(bits_of(film(6, 0.9)) == 16);                              // it would stay black
}

TEST_CASE("a PNG of sixteen bits is read by the rule, in grey and in colour") {
  for (const int bits : {8, 10, 12, 14, 16}) {
    CAPTURE(bits);
    const auto values = with_label(film(bits), 65535, 8, 3);
    CHECK(read_back(png_of(values)) == over(values, bits));
    Image colour = of_values(values, side);
    colour.channels = 3;
    colour.pixels.clear();
    for (const std::uint32_t value : values)
      colour.pixels.insert(colour.pixels.end(), 3, static_cast<float>(value) / 65535.0F);
    CHECK(to_grey(decode_image(encode_png(colour, 16), "colour.png", {})).pixels[500] ==
          Approx(over(values, bits)[500]));
  }
  const auto values = film(12);
  CHECK(read_back(png_of(values))[3000] == Approx(static_cast<double>(values[3000]) / 4095));
}

TEST_CASE("what a PNG says of its significant bits decides") {
  const auto declared = [](const std::vector<std::uint32_t>& values, std::uint32_t bits) {
    return read_back(with_chunk(png_of(values), "sBIT", big(bits, 1)));
  };
  const auto dark = film(12, 0.1);  // alone it would be taken for ten bits
  CHECK(bits_of(dark) == 10);
  CHECK(declared(dark, 12) == over(dark, 12));
  CHECK(declared(dark, 14) == over(dark, 14));
  CHECK(declared(dark, 16) == over(dark, 16));
  // As the standard wants it: twelve bits are the high ones.
  auto shifted = dark;
  for (std::uint32_t& value : shifted) value <<= 4;
  CHECK(declared(shifted, 12) == over(shifted, 16));
  auto black = film(12, 0.02);
  for (std::uint32_t& value : black) value = std::min(value, 255U) << 4;
  CHECK(declared(black, 12) == over(black, 16));
}

TEST_CASE("a PGM of sixteen bits is read by the same rule, unless its largest value tells") {
  const auto values = with_label(film(12), 65535, 8, 3);
  CHECK(read_back(pnm('5', side, side, 65535, values)) == read_back(png_of(values)));
  const auto ten = film(10);
  const auto told = read_back(pnm('5', side, side, 4095, ten));
  CHECK(told[3000] == Approx(static_cast<double>(ten[3000]) / 4095));
}

TEST_CASE("an image that libraygen wrote in sixteen bits comes back as it was") {
  for (const auto& values : {film(8), film(10), film(12), film(14), film(16), film(5),
                             std::vector<std::uint32_t>(side * side, 3000U)}) {
    Image image = of_values(values, side);
    CHECK(read_back(encode_png(image, 16, /*declare_bits=*/true)) == image.pixels);
    image.text["raygen"] = "{}";
    const std::string marked = encode_png(image, 16, true);
    CHECK(read_back(marked) == image.pixels);
    CHECK(marked == encode_png(image, 16));
  }
  // What cannot be mistaken is written as ever.
  const Image bright = of_values(film(16), side);
  CHECK(encode_png(bright, 16, true) == encode_png(bright, 16));
}
