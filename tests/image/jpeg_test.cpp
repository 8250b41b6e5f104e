#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

TEST_CASE("JPEG decodes as an independent reader does") {
  for (const std::string name : {"grey", "rgb", "rgb_progressive"}) {
    CAPTURE(name);
    const Image image = read_image(fixture(name + ".jpg"), {});
    const std::string expected = read_bytes(fixture(name + ".raw"));
    CHECK(image.width == 16);
    CHECK(image.height == 24);
    CHECK(image.channels == (name == "grey" ? 1 : 3));
    REQUIRE(image.pixels.size() == expected.size());
    float worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i)
      worst = std::max(
          worst, std::abs(image.pixels[i] -
                          static_cast<float>(static_cast<unsigned char>(expected[i])) / 255.0F));
    CHECK(worst <= 1.01F / 255.0F);  // decoders may round the inverse transform differently
  }
}

TEST_CASE("a JPEG cut anywhere is an error") {
  for (const std::string name : {"grey.jpg", "rgb.jpg", "rgb_progressive.jpg"}) {
    const std::string bytes = read_bytes(fixture(name));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(name, size);
      CHECK(is(outcome([&] { decode_image(std::string_view(bytes).substr(0, size), name, {}); }),
               Status::format));
    }
  }
}

TEST_CASE("a JPEG with flipped bits decodes or throws") {
  const std::string bytes = read_bytes(fixture("rgb.jpg"));
  std::size_t errors = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      const Outcome got = outcome([&] {
        const Image image = decode_image(flipped, "flipped", {});
        REQUIRE(image.pixels.size() ==
                static_cast<std::size_t>(image.width * image.height * image.channels));
      });
      CHECK(!is(got, Status::internal));
      errors += got.status != 0;
    }
  }
  CHECK(errors > 0);
}

TEST_CASE("kinds of JPEG that are not read are named") {
  const Outcome cmyk = outcome([] { read_image(fixture("cmyk.jpg"), {}); });
  CHECK(is(cmyk, Status::unsupported));
  CHECK_THAT(cmyk.message, Catch::Contains("cmyk.jpg") && Catch::Contains("CMYK"));

  std::string twelve_bits = read_bytes(fixture("grey.jpg"));
  const std::size_t frame = twelve_bits.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  twelve_bits[frame + 4] = 12;
  CHECK(is(outcome([&] { decode_image(twelve_bits, "twelve", {}); }), Status::unsupported));
}

TEST_CASE("a JPEG's size is checked before it is decoded") {
  std::string bytes = read_bytes(fixture("grey.jpg"));
  const std::size_t frame = bytes.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  const auto resized = [&](unsigned height, unsigned width) {
    std::string copy = bytes;
    copy[frame + 5] = static_cast<char>(height >> 8);
    copy[frame + 6] = static_cast<char>(height & 0xff);
    copy[frame + 7] = static_cast<char>(width >> 8);
    copy[frame + 8] = static_cast<char>(width & 0xff);
    return outcome([&] { decode_image(copy, "resized", {}); });
  };
  CHECK(is(resized(10000, 10000), Status::limit));
  CHECK(is(resized(65535, 65535), Status::limit));
  CHECK(is(resized(0, 16), Status::format));
  CHECK(
      is(resized(8000, 8000), Status::format));  // within the limit, but the data ends long before
}
