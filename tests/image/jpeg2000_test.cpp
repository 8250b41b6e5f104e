#include "fixture.hpp"
#include "jpeg2000_fixture.hpp"

#include "image/codec.hpp"
#include "image/jpeg2000.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

using namespace raygen::engine;

namespace {

Image decoded(const Jpeg2000File& file) { return decode_image(file.bytes(), "test.jp2", {}); }
Outcome refused(const std::string& bytes, const Limits& limits = {}) {
  return outcome([&] { decode_image(bytes, "test.jp2", limits); });
}
void says(const Outcome& got, Status status, const std::string& what) {
  CAPTURE(got.message);
  CHECK(is(got, status));
  CHECK_THAT(got.message, Catch::Contains("test.jp2") && Catch::Contains(what));
}
/// Writes a big-endian number into a codestream's header, counted from its SIZ marker.
void put(std::string& bytes, std::size_t at, std::uint32_t value, std::size_t width) {
  at += bytes.find("\xff\x51");
  for (std::size_t i = 0; i < width; ++i)
    bytes[at + i] = static_cast<char>(value >> (8 * (width - 1 - i)));
}

}  // namespace

TEST_CASE("without loss: every depth and sign, file and codestream, one tile and many") {
  const auto bits = GENERATE(1U, 4U, 8U, 10U, 12U, 16U);
  const bool is_signed = GENERATE(false, true), jp2 = GENERATE(false, true);
  const auto tile = GENERATE(0U, 7U);
  if (bits == 1 && is_signed) return;
  CAPTURE(bits, is_signed, jp2, tile);
  const std::vector<std::int32_t> values = jpeg2000_ramp(24 * 20, bits, is_signed, 37);
  const Image image = decoded({.width = 24,
                               .height = 20,
                               .bits = bits,
                               .is_signed = is_signed,
                               .jp2 = jp2,
                               .tile = tile,
                               .values = values});
  REQUIRE(image.width == 24);
  REQUIRE(image.height == 20);
  REQUIRE(image.channels == 1);
  const int least = is_signed ? -(1 << (bits - 1)) : 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(image.pixels[i] == Approx((values[i] - least) / ((1 << bits) - 1.0)).margin(1e-6));
}

TEST_CASE("colours: with and without the transform, sYCC, alpha over black") {
  const std::vector<std::int32_t> values = jpeg2000_ramp(16 * 16 * 3, 8, false, 11);
  for (const bool transform : {false, true}) {
    CAPTURE(transform);
    const Image image = decoded({.components = 3, .colour_transform = transform, .values = values});
    REQUIRE(image.channels == 3);
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(image.pixels[i] == Approx(values[i] / 255.0).margin(1e-6));
  }
  std::vector<std::int32_t> red;
  for (int i = 0; i < 256; ++i) red.insert(red.end(), {76, 85, 255});  // Y, Cb, Cr of pure red
  const Image ycc =
      decoded({.components = 3, .jp2 = true, .colours = OPJ_CLRSPC_SYCC, .values = red});
  CHECK(ycc.pixels[0] == Approx(1).margin(0.01));
  CHECK(ycc.pixels[1] == Approx(0).margin(0.01));
  CHECK(ycc.pixels[2] == Approx(0).margin(0.01));
  std::vector<std::int32_t> translucent;
  for (int i = 0; i < 256; ++i) translucent.insert(translucent.end(), {200, 51});
  const Image grey = decoded({.components = 2,
                              .jp2 = true,
                              .alpha = true,
                              .colours = OPJ_CLRSPC_GRAY,
                              .values = translucent});
  REQUIRE(grey.channels == 1);
  CHECK(grey.pixels[0] == Approx(200.0 / 255 * 0.2).margin(1e-6));
}

TEST_CASE("with loss, within what was asked for") {
  std::vector<std::int32_t> values(64 * 64);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::int32_t>(i / 64 * 32 + i % 64 * 16);
  const Image image =
      decoded({.width = 64, .height = 64, .bits = 12, .lossless = false, .values = values});
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(image.pixels[i] == Approx(values[i] / 4095.0).margin(0.01));
}

TEST_CASE("a JPEG 2000 file cut anywhere is an error; with flipped bits it decodes or throws") {
  for (const bool jp2 : {false, true}) {
    for (const std::uint32_t tile : {0U, 8U}) {
      CAPTURE(jp2, tile);
      const std::string bytes =
          Jpeg2000File{
              .bits = 12, .jp2 = jp2, .tile = tile, .values = jpeg2000_ramp(256, 12, false, 91)}
              .bytes();
      // The last two bytes are the end's marker, whose absence is forgiven.
      for (std::size_t size = 0; size + 2 < bytes.size(); ++size) {
        CAPTURE(size);
        CHECK(refused(bytes.substr(0, size)).status != 0);
      }
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
        CHECK(!is(refused(flipped, {.max_pixels = 1 << 16}), Status::internal));
      }
    }
  }
}

TEST_CASE("a tile that is missing is an error; an end's marker that is missing is not") {
  const std::vector<std::int32_t> values = jpeg2000_ramp(256, 8, false, 5);
  const std::string whole = Jpeg2000File{.tile = 8, .values = values}.bytes();
  const Image expected = decode_image(whole, "test.jp2", {});
  CHECK(decode_image(whole.substr(0, whole.size() - 2), "test.jp2", {}).pixels == expected.pixels);
  CHECK(decode_image(whole + std::string(3, '\0'), "test.jp2", {}).pixels == expected.pixels);
  std::vector<std::size_t> starts;  // of the tiles
  for (std::size_t at = whole.find("\xff\x90"); at != std::string::npos;
       at = whole.find("\xff\x90", at + 1))
    starts.push_back(at);
  REQUIRE(starts.size() == 4);
  starts.push_back(whole.size() - 2);
  for (std::size_t tile = 0; tile < 4; ++tile) {
    const std::string without = whole.substr(0, starts[tile]) + whole.substr(starts[tile + 1]);
    says(refused(without), Status::format, formatted("of tile {}", tile));
  }
}

TEST_CASE("headers that ask for much are refused before OpenJPEG sees them") {
  const std::string bytes = Jpeg2000File{.values = jpeg2000_ramp(256, 8)}.bytes();
  const auto changed = [&](std::size_t at, std::uint32_t value, std::size_t width) {
    std::string copy = bytes;
    put(copy, at, value, width);
    return copy;
  };
  // Behind the marker: length 2, capabilities 4, width 6, height 10, tile's width 22,
  // components 38.
  says(refused(bytes, {.max_pixels = 100}), Status::limit, "16 x 16");
  says(refused(changed(6, 1U << 31, 4)), Status::limit, "2147483648 x 16");
  says(refused(changed(6, 0, 4)), Status::format, "no image");
  says(refused(changed(22, 0, 4)), Status::format, "no image");
  std::string tiles = bytes;
  put(tiles, 6, 60000, 4), put(tiles, 22, 1, 4);
  says(refused(tiles), Status::limit, "tiles");
  says(refused(changed(38, 16384, 2)), Status::unsupported, "16384 components");
  says(refused(changed(40, 37, 1)), Status::unsupported, "38 bits");
  std::string high_throughput = bytes;  // its capabilities name part 15
  high_throughput.insert(high_throughput.find("\xff\x52"),
                         std::string("\xff\x50\0\x08\0\2\0\0\0\0", 10));
  says(refused(high_throughput), Status::unsupported, "HTJ2K");
  // Layers × precincts: 65535 layers of an image that is said to be large.
  std::string layers = bytes;
  const std::size_t coding = layers.find("\xff\x52");
  layers[coding + 6] = layers[coding + 7] = '\xff';
  put(layers, 6, 4096, 4), put(layers, 10, 4096, 4), put(layers, 22, 4096, 4),
      put(layers, 26, 4096, 4);
  says(refused(layers), Status::limit, "packets");
  // Precincts of 2 × 2 pixels, said by the first tile-part only.
  std::string precincts = bytes;
  put(precincts, 6, 4096, 4), put(precincts, 10, 4096, 4), put(precincts, 22, 4096, 4),
      put(precincts, 26, 4096, 4);
  const std::string coding_of_tile("\xff\x52\0\x0f\1\0\0\1\0\2\4\4\0\1\x11\x11\x11", 17);
  precincts.insert(precincts.find("\xff\x93"), coding_of_tile);
  says(refused(precincts), Status::limit, "packets");

  std::vector<std::int32_t> values = jpeg2000_ramp(256 * 3, 8);
  says(refused(Jpeg2000File{.components = 3, .subsampled = 2, .values = values}.bytes()),
       Status::unsupported, "differ in size");
  std::string cmyk =
      Jpeg2000File{.components = 4, .jp2 = true, .values = jpeg2000_ramp(256 * 4, 8)}.bytes();
  cmyk.replace(cmyk.find("colr") + 4, 7, std::string("\1\0\0\0\0\0\x0c", 7));
  says(refused(cmyk), Status::unsupported, "CMYK");
  std::string palette = Jpeg2000File{.jp2 = true, .values = jpeg2000_ramp(256, 8)}.bytes();
  palette.replace(palette.find("colr"), 4, "pclr");
  says(refused(palette), Status::unsupported, "palette");
}

TEST_CASE("OpenJPEG prints nothing") {
  const std::string bytes = Jpeg2000File{.values = jpeg2000_ramp(256, 8)}.bytes();
  const TemporaryFolder folder;
  const std::string errors = folder.path() / "stderr";
  const int saved = ::dup(STDERR_FILENO),
            captured = ::open(errors.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(captured, STDERR_FILENO);
  for (std::size_t size = 0; size < bytes.size(); size += 3) refused(bytes.substr(0, size));
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  ::close(captured);
  CHECK(read_bytes(errors).empty());
}
