// BMP, PGM and PPM, TGA, GIF and PSD; and what is said of formats that are not read.

#include "fixture.hpp"
#include "picture_files.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

Image decoded(const std::string& bytes) { return decode_image(bytes, "file", {}); }

std::vector<float> shown(const Picture& picture) {
  std::vector<float> out;
  for (const std::uint8_t sample : picture.samples)
    out.push_back(static_cast<float>(sample) / 255.0F);
  return out;
}

void check_shows(const std::string& bytes, const Picture& picture) {
  const Image image = decoded(bytes);
  CHECK(image.width == picture.width);
  CHECK(image.height == picture.height);
  CHECK(image.channels == picture.channels);
  CHECK(image.pixels == shown(picture));
}

std::vector<std::uint32_t> wide(const Picture& picture) {
  return {picture.samples.begin(), picture.samples.end()};
}

struct File {
  std::string name, bytes;
};
std::vector<File> files() {
  const Picture grey = test_picture(7, 5, 1), colour = test_picture(7, 5, 3);
  return {{"grey.bmp", bmp(grey)},
          {"colour.bmp", bmp(colour)},
          {"top_down.bmp", bmp(colour, true)},
          {"binary.pgm", pnm('5', 7, 5, 255, wide(grey))},
          {"binary16.pgm", pnm('5', 7, 5, 4095, wide(grey))},
          {"binary.ppm", pnm('6', 7, 5, 255, wide(colour))},
          {"grey.tga", tga(grey)},
          {"runs.tga", tga(colour, {.run_length = true})},
          {"footer.tga", tga(grey, {.footer = true})},
          {"grey.gif", gif(grey)},
          {"plain.psd", psd(7, 5, wide(grey), 8)},
          {"runs.psd", psd(7, 5, wide(grey), 8, true)},
          {"sixteen.psd", psd(7, 5, wide(grey), 16)}};
}

}  // namespace

TEST_CASE("BMP, grey and colour, bottom up and top down") {
  for (const std::uint32_t width : {1U, 2U, 3U, 4U, 7U}) {  // rows are filled up to four bytes
    CAPTURE(width);
    for (const std::uint32_t channels : {1U, 3U}) {
      const Picture picture = test_picture(width, 5, channels);
      check_shows(bmp(picture), picture);
      check_shows(bmp(picture, true), picture);
    }
  }
}

TEST_CASE("a BMP whose palette is shorter than its pixels need is refused") {
  Picture picture = test_picture(8, 4, 1);
  for (std::uint8_t& sample : picture.samples) sample = static_cast<std::uint8_t>(sample % 16);
  std::string bytes = bmp(picture);
  bytes.erase(54 + 16 * 4, 240 * 4);
  bytes.replace(10, 4, little(54 + 16 * 4, 4));
  check_shows(bytes, picture);
  bytes.back() = 16;
  const Outcome got = outcome([&] { decoded(bytes); });
  CHECK(is(got, Status::format));
  CHECK_THAT(got.message, Catch::Contains("16 colours"));
}

TEST_CASE("kinds of BMP that are not read are named") {
  const std::string good = bmp(test_picture(8, 4, 1));
  const auto changed = [&](std::size_t at, std::uint32_t value) {
    std::string bytes = good;
    return outcome([&] { decoded(bytes.replace(at, 4, little(value, 4))); });
  };
  CHECK(is(changed(30, 1), Status::unsupported));  // run lengths
  CHECK(is(changed(30, 5), Status::unsupported));  // a PNG inside
  CHECK(is(changed(14, 64), Status::unsupported));
  CHECK_THAT(changed(30, 1).message, Catch::Contains("compressed BMP"));
}

TEST_CASE("PGM and PPM, binary and plain, of any largest value") {
  const Picture grey = test_picture(9, 8, 1), colour = test_picture(9, 8, 3);
  check_shows(pnm('5', 9, 8, 255, wide(grey)), grey);
  check_shows(pnm('2', 9, 8, 255, wide(grey)), grey);
  check_shows(pnm('6', 9, 8, 255, wide(colour)), colour);
  check_shows(pnm('3', 9, 8, 255, wide(colour)), colour);
  for (const std::uint32_t white : {1U, 100U, 256U, 1023U, 4095U, 16383U, 40000U}) {
    CAPTURE(white);
    std::vector<std::uint32_t> samples;
    for (std::uint32_t i = 0; i < 72; ++i) samples.push_back(i % 2 == 0 ? white / 4 : white);
    for (const char kind : {'2', '5'}) {
      const Image image = decoded(pnm(kind, 9, 8, white, samples));
      CHECK(image.pixels[0] == static_cast<float>(white / 4) / static_cast<float>(white));
      CHECK(image.pixels[1] == 1.0F);
    }
  }
  // A label that was burnt in above the largest value is white.
  CHECK(decoded(pnm('5', 1, 1, 4095, {65535})).pixels == std::vector<float>{1.0F});
}

TEST_CASE("what is wrong with a PGM or PPM is said") {
  const auto got = [](const std::string& bytes) { return outcome([&] { decoded(bytes); }); };
  CHECK(is(got("P5 x 2 255 "), Status::format));
  CHECK(is(got("P5 0 2 255 "), Status::format));
  CHECK(is(got("P5 2 2 0 1234"), Status::format));
  CHECK(is(got("P5 2 2 65536 12345678"), Status::format));
  CHECK(is(got("P5 100000 100000 255 1"), Status::limit));
  CHECK(is(got("P5 99999999999999999999 99999999999999999999 255 1"), Status::limit));
  CHECK(is(got("P5 8000 8000 255 1"), Status::format));
  CHECK(is(got("P2 2 2 255 1 2 3"), Status::format));
  CHECK(is(got("P2 2 2 255 1 2 3 x"), Status::format));
  CHECK_THAT(got("P4 8 1 x").message, Catch::Contains("PBM"));
  CHECK(is(got("P1 8 1 0"), Status::unsupported));
  CHECK_THAT(got("P7\nWIDTH 1\n").message, Catch::Contains("PAM"));
}

TEST_CASE("TGA, plain and in runs, from any corner, with and without a footer") {
  for (const std::uint32_t channels : {1U, 3U}) {
    const Picture picture = test_picture(30, 9, channels);
    for (int kind = 0; kind < 16; ++kind) {
      CAPTURE(channels, kind);
      check_shows(tga(picture, {.run_length = (kind & 1) != 0,
                                .footer = (kind & 2) != 0,
                                .top_down = (kind & 4) != 0,
                                .from_right = (kind & 8) != 0}),
                  picture);
    }
  }
  // 32 bits: alpha over black, unless it was never set.
  const std::string header = little(0, 2) + little(2, 1) + zeros(9) + little(2, 2) + little(1, 2) +
                             little(32, 1) + little(0x28, 1);
  CHECK(decoded(header + std::string("\xff\xff\xff\0\xff\xff\xff\0", 8)).pixels ==
        std::vector<float>(6, 1.0F));
  CHECK(decoded(header + std::string("\xff\xff\xff\0\xff\xff\xff\xff", 8)).pixels ==
        std::vector<float>{0, 0, 0, 1, 1, 1});
}

TEST_CASE("what only looks like a TGA is not one") {
  // TGA has no signature: a header without a footer is believed if the file is as long as it says.
  const std::string bytes = tga(test_picture(30, 9, 1));
  CHECK(outcome([&] { decoded(bytes); }).status == 0);
  CHECK(is(outcome([&] { decoded(bytes + "x"); }), Status::format));
  CHECK(is(outcome([&] { decoded(std::string(1000, '\0')); }), Status::format));
  CHECK(is(outcome([&] { decoded(std::string("a\0\n\0b\0\n\0c\0d\0e\0f\0g\0h\0", 20)); }),
           Status::format));
}

TEST_CASE("GIF of one picture; an animation is refused") {
  Picture picture = test_picture(30, 9, 1);
  for (std::uint8_t& sample : picture.samples) sample = static_cast<std::uint8_t>(sample & 0xfe);
  check_shows(gif(picture), picture);
  const Outcome two = outcome([&] { decoded(gif(picture, 2)); });
  CHECK(is(two, Status::unsupported));
  CHECK_THAT(two.message, Catch::Contains("2 pictures"));
  CHECK(is(outcome([&] { decoded(gif(picture, 0)); }), Status::format));
}

TEST_CASE("PSD of 8 and 16 bits; other kinds are refused") {
  const Picture picture = test_picture(9, 8, 1);
  check_shows(psd(9, 8, wide(picture), 8), picture);
  check_shows(psd(9, 8, wide(picture), 8, true), picture);
  std::vector<std::uint32_t> samples;
  for (std::uint32_t i = 0; i < 72; ++i) samples.push_back(i * 923);
  const Image image = decoded(psd(9, 8, samples, 16));
  CHECK(image.channels == 1);
  CHECK(image.pixels[71] == 71 * 923 / 65535.0F);
  CHECK(is(outcome([&] { decoded(psd(9, 8, samples, 16, true)); }), Status::unsupported));
  std::string cmyk = psd(9, 8, samples, 8);
  cmyk[25] = 4;
  CHECK(is(outcome([&] { decoded(cmyk); }), Status::unsupported));
}

TEST_CASE("a file of these formats cut anywhere is an error") {
  for (const File& file : files()) {
    CAPTURE(file.name);
    CHECK(outcome([&] { decoded(file.bytes); }).status == 0);
    constexpr std::size_t footer = 26;
    for (std::size_t size = 0; size < file.bytes.size(); ++size) {
      if (file.name == "footer.tga" && size == file.bytes.size() - footer) continue;  // is whole
      CAPTURE(size);
      const std::string cut = file.bytes.substr(0, size);
      CHECK(is(outcome([&] { decode_image(cut, file.name, {}); }), Status::format));
    }
  }
}

TEST_CASE("the size of these formats is looked at before they are decoded") {
  const auto got = [](const std::string& bytes, std::size_t at, const std::string& sides) {
    std::string copy = bytes;
    copy.replace(at, sides.size(), sides);
    return outcome([&] { decode_image(copy, "resized", {}); });
  };
  const Picture grey = test_picture(7, 5, 1);
  for (const std::uint32_t side : {10000U, 0x7fffffffU, 0x80000000U}) {
    CAPTURE(side);
    const Outcome large = got(bmp(grey), 18, little(side, 4) + little(side, 4));
    CHECK((is(large, Status::limit) || is(large, Status::format)));
    const Outcome psd_large = got(psd(7, 5, wide(grey), 8), 14, big(side, 4) + big(side, 4));
    CHECK((is(psd_large, Status::limit) || is(psd_large, Status::format)));
  }
  CHECK(is(got(bmp(grey), 18, little(10000, 4) + little(10000, 4)), Status::limit));
  CHECK(is(got(psd(7, 5, wide(grey), 8), 14, big(10000, 4) + big(10000, 4)), Status::limit));
  CHECK(is(got(gif(grey), 6, little(60000, 2) + little(60000, 2)), Status::limit));
  CHECK(is(got(bmp(grey), 18, little(0, 4)), Status::format));
  CHECK(is(outcome([&] { decode_image(tga(grey), "small", Limits{.max_pixels = 34}); }),
           Status::limit));
  CHECK(is(outcome([&] { decode_image(gif(grey), "small", Limits{.max_pixels = 34}); }),
           Status::limit));
}

TEST_CASE("formats that are not read are named") {
  const auto got = [](std::string bytes) {
    bytes.resize(400, 'x');
    return outcome([&] { decoded(bytes); });
  };
  for (const auto& [bytes, name] :
       {std::pair{std::string("II*\0", 4), "TIFF"}, std::pair{std::string("MM\0*", 4), "TIFF"},
        std::pair{std::string("RIFF\1\2\3\4WEBPVP8 "), "WebP"},
        std::pair{std::string("\0\0\0\x20"
                              "ftypheic",
                              12),
                  "HEIF"},
        std::pair{std::string("\xff\x0a"), "JPEG XL"},
        std::pair{std::string("#?RADIANCE\n"), "HDR"}, std::pair{std::string("%PDF-1.4"), "PDF"}}) {
    CAPTURE(name);
    const Outcome outcome = got(bytes);
    CHECK(is(outcome, Status::unsupported));
    CHECK_THAT(outcome.message,
               Catch::Contains(name) && Catch::Contains("PNG, JPEG, JPEG 2000, DICOM"));
  }
  CHECK_THAT(got("<!DOCTYPE html>").message, Catch::Contains("a web page"));
  CHECK_THAT(got("version https://git-lfs.github.com/spec/v1").message, Catch::Contains("Git LFS"));
  CHECK(is(got("hello"), Status::format));
}
