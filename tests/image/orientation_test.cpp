#include "image/orientation.hpp"
#include "fixture.hpp"
#include "picture_files.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

/// As EXIF's standard words it: which side of what is seen row 0 and column 0 are.
enum class Side { top, bottom, left, right };
struct Placing {
  Side row, column;
};
constexpr Placing placings[] = {
    {Side::top, Side::left},     {Side::top, Side::right},   {Side::bottom, Side::right},
    {Side::bottom, Side::left},  {Side::left, Side::top},    {Side::right, Side::top},
    {Side::right, Side::bottom}, {Side::left, Side::bottom},
};

/// Each stored pixel put where it is seen.
Image seen(const Image& stored, int orientation) {
  const Placing placing = placings[orientation - 1];
  const bool sideways = placing.row == Side::left || placing.row == Side::right;
  Image out{sideways ? stored.height : stored.width,
            sideways ? stored.width : stored.height,
            stored.channels,
            std::vector<float>(stored.pixels.size()),
            {}};
  for (std::int64_t row = 0; row < stored.height; ++row) {
    for (std::int64_t column = 0; column < stored.width; ++column) {
      std::int64_t x = 0, y = 0;
      const auto put = [&](Side where, std::int64_t distance) {
        if (where == Side::top) y = distance;
        if (where == Side::bottom) y = out.height - 1 - distance;
        if (where == Side::left) x = distance;
        if (where == Side::right) x = out.width - 1 - distance;
      };
      put(placing.row, row);
      put(placing.column, column);
      for (std::int64_t c = 0; c < stored.channels; ++c)
        out.pixels[static_cast<std::size_t>((y * out.width + x) * out.channels + c)] =
            stored
                .pixels[static_cast<std::size_t>((row * stored.width + column) * out.channels + c)];
    }
  }
  return out;
}

std::string hexadecimal(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += digits[byte >> 4];
    out += digits[byte & 15];
    if (i % 36 == 35) out += '\n';
  }
  return out;
}

Image decoded(const std::string& bytes) { return decode_image(bytes, "file", {}); }

void check_same(const Image& image, const Image& expected) {
  CHECK(image.width == expected.width);
  CHECK(image.height == expected.height);
  CHECK(image.pixels == expected.pixels);
}

const std::string prefix("Exif\0\0", 6);

}  // namespace

TEST_CASE("JPEG and PNG are turned as EXIF says, in all eight ways") {
  for (const std::string name : {"grey.jpg", "rgb.jpg", "rgb8.png", "grey8_interlaced.png"}) {
    const std::string bytes = read_bytes(fixture(name));
    const Image stored = decoded(bytes);
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Image expected = seen(stored, orientation);
      for (const bool little_endian : {false, true}) {
        CAPTURE(name, orientation, little_endian);
        const std::string exif = exif_data(static_cast<std::uint32_t>(orientation), little_endian);
        if (name.ends_with("jpg")) {
          check_same(decoded(with_segment(bytes, 0xffe1, prefix + exif)), expected);
          // XMP has the same marker, and may be the first.
          check_same(decoded(with_segment(with_segment(bytes, 0xffe1, prefix + exif), 0xffe1,
                                          "http://ns.adobe.com/xap/1.0/")),
                     expected);
        } else {
          check_same(decoded(with_chunk(bytes, "eXIf", exif)), expected);
          check_same(decoded(with_chunk(bytes, "eXIf", exif, /*at_end=*/true)), expected);
          check_same(decoded(with_chunk(bytes, "eXIf", prefix + exif)), expected);
        }
      }
    }
  }
}

TEST_CASE("EXIF that ImageMagick left in a PNG's text counts once") {
  const std::string bytes = read_bytes(fixture("grey8.png")), exif = prefix + exif_data(6, false);
  const std::string profile =
      "\nexif\n      " + std::to_string(exif.size()) + "\n" + hexadecimal(exif) + "\n";
  const std::string keyword("Raw profile type exif\0", 22);
  const Image image = decoded(with_chunk(bytes, "tEXt", keyword + profile));
  check_same(image, seen(decoded(bytes), 6));
  check_same(decoded(encode_png(image, 8)), image);
  CHECK(text_profile_orientation("") == 1);
  CHECK(text_profile_orientation("\nexif\n 4\nxyz") == 1);
}

TEST_CASE("broken EXIF is ignored") {
  CHECK(exif_orientation(exif_data(6, true)) == 6);
  CHECK(exif_orientation(exif_data(0, true)) == 1);
  CHECK(exif_orientation(exif_data(9, true)) == 1);
  CHECK(exif_orientation(exif_data(600, true)) == 1);
  const std::string whole = exif_data(6, false), png = read_bytes(fixture("rgb8.png")),
                    jpeg = read_bytes(fixture("rgb.jpg"));
  const Image plain_png = decoded(png), plain_jpeg = decoded(jpeg);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string cut = whole.substr(0, size);
    const int orientation = exif_orientation(cut);
    CHECK((orientation == 1 || orientation == 6));
    check_same(decoded(with_chunk(png, "eXIf", cut)), seen(plain_png, orientation));
    check_same(decoded(with_segment(jpeg, 0xffe1, prefix + cut)), seen(plain_jpeg, orientation));
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      const int orientation = exif_orientation(flipped);
      CHECK((orientation >= 1 && orientation <= 8));
      check_same(decoded(with_chunk(png, "eXIf", flipped)), seen(plain_png, orientation));
    }
  }
  // Two of them: the first counts.
  check_same(decoded(with_chunk(with_chunk(png, "eXIf", whole), "eXIf", exif_data(3, true))),
             seen(plain_png, 3));
}
