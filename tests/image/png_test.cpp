#include "fixture.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cmath>
#include <limits>
#include <random>

using namespace raygen::engine;

namespace {

/// The formula of make_fixtures.py.
float level(std::int64_t x, std::int64_t y, std::int64_t c, int depth) {
  const std::int64_t levels = std::int64_t{1} << depth;
  return static_cast<float>((37 * x + 91 * y + 53 * c) % levels) / static_cast<float>(levels - 1);
}

Image random_image(std::int64_t width, std::int64_t height, std::int64_t channels, int levels) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> value(0, levels);
  Image image{width, height, channels, {}, {}};
  for (std::int64_t i = 0; i < width * height * channels; ++i)
    image.pixels.push_back(static_cast<float>(value(random)) / static_cast<float>(levels));
  return image;
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// CRC-32 as PNG defines it.
std::uint32_t crc(std::string_view bytes) {
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~sum;
}

/// grey8.png with another width and height in a header whose CRC is right.
std::string resized(std::uint32_t width, std::uint32_t height) {
  std::string bytes = read_bytes(fixture("grey8.png"));
  bytes.replace(16, 8, big_endian(width) + big_endian(height));
  bytes.replace(29, 4, big_endian(crc(std::string_view(bytes).substr(12, 17))));
  return bytes;
}

}  // namespace

TEST_CASE("PNG of every kind decodes to the samples it was made from") {
  struct Kind {
    std::string name;
    int depth;
    std::int64_t channels;
  };
  const auto kind = GENERATE(Kind{"grey1", 1, 1}, Kind{"grey2", 2, 1}, Kind{"grey4", 4, 1},
                             Kind{"grey8", 8, 1}, Kind{"grey16", 16, 1}, Kind{"rgb8", 8, 3},
                             Kind{"rgb16", 16, 3}, Kind{"grey8_interlaced", 8, 1},
                             Kind{"rgb16_interlaced", 16, 3}, Kind{"grey2_interlaced", 2, 1});
  CAPTURE(kind.name);
  const Image image = read_image(fixture(kind.name + ".png"), {});
  REQUIRE(image.width == 7);
  REQUIRE(image.height == 5);
  REQUIRE(image.channels == kind.channels);
  std::size_t i = 0;
  for (std::int64_t y = 0; y < 5; ++y)
    for (std::int64_t x = 0; x < 7; ++x)
      for (std::int64_t c = 0; c < kind.channels; ++c)
        CHECK(image.pixels[i++] == Approx(level(x, y, c, kind.depth)).margin(1e-6));
  CHECK(i == image.pixels.size());
}

TEST_CASE("PNG palettes become RGB") {
  const auto [name, depth] = GENERATE(std::pair{"palette8.png", 8}, std::pair{"palette2.png", 2});
  const Image image = read_image(fixture(name), {});
  REQUIRE(image.channels == 3);
  for (std::int64_t y = 0; y < 5; ++y) {
    for (std::int64_t x = 0; x < 7; ++x) {
      const std::int64_t index = (37 * x + 91 * y) % (std::int64_t{1} << depth);
      const float* pixel = &image.pixels[static_cast<std::size_t>((y * 7 + x) * 3)];
      CHECK(pixel[0] * 255 == Approx(static_cast<float>(index)));
      CHECK(pixel[1] * 255 == Approx(static_cast<float>(255 - index)));
      CHECK(pixel[2] * 255 == Approx(static_cast<float>(7 * index % 256)));
    }
  }
}

TEST_CASE("PNG transparency is laid over black") {
  const auto [name, depth, channels] = GENERATE(std::tuple{"grey_alpha8.png", 8, std::int64_t{1}},
                                                std::tuple{"rgb_alpha16.png", 16, std::int64_t{3}});
  const Image image = read_image(fixture(name), {});
  REQUIRE(image.channels == channels);
  for (std::int64_t y = 0; y < 5; ++y)
    for (std::int64_t x = 0; x < 7; ++x)
      for (std::int64_t c = 0; c < channels; ++c)
        CHECK(image.pixels[static_cast<std::size_t>((y * 7 + x) * channels + c)] ==
              Approx(level(x, y, c, depth) * level(x, y, channels, depth)).margin(1e-6));
}

TEST_CASE("PNG round trips") {
  for (const int depth : {8, 16}) {
    for (const std::int64_t channels : {1, 3}) {
      CAPTURE(depth, channels);
      const Image image = random_image(33, 17, channels, depth == 8 ? 255 : 65535);
      const Image back = decode_image(encode_png(image, depth), "memory", {});
      CHECK(back.width == image.width);
      CHECK(back.height == image.height);
      CHECK(back.channels == image.channels);
      CHECK(back.pixels == image.pixels);
    }
  }
}

TEST_CASE("PNG values are rounded to nearest and clamped") {
  Image image{5,
              1,
              1,
              {-1.0F, 0.4999F / 255, 0.5001F / 255, 2.0F, std::numeric_limits<float>::infinity()},
              {}};
  const Image back = decode_image(encode_png(image, 8), "memory", {});
  CHECK(back.pixels == std::vector<float>{0.0F, 0.0F, 1.0F / 255, 1.0F, 1.0F});
  image.pixels[3] = std::nanf("");
  const Outcome nan = outcome([&] { encode_png(image, 8); });
  CHECK(is(nan, Status::numeric));
  CHECK_THAT(nan.message, Catch::Contains("column 3, row 0"));
}

TEST_CASE("what cannot be a PNG is refused") {
  const Image image = random_image(4, 4, 1, 255);
  CHECK(is(outcome([&] { encode_png(image, 12); }), Status::invalid_argument));
  CHECK(is(outcome([] { encode_png(Image{}, 8); }), Status::invalid_argument));
  CHECK(is(outcome([] {
             encode_png(Image{2, 2, 2, std::vector<float>(8), {}}, 8);
           }),
           Status::invalid_argument));
  CHECK(is(outcome([] {
             encode_png(Image{2, 2, 1, std::vector<float>(3), {}}, 8);
           }),
           Status::invalid_argument));
  CHECK(is(outcome([] { encode_png(Image{2, 0, 1, {}, {}}, 8); }), Status::invalid_argument));
}

TEST_CASE("PNG text round trips in UTF-8") {
  Image image = random_image(3, 2, 1, 255);
  image.text = {{"Description", "Moderate left pleural effusion."},
                {"Légende", "ca. 3 µm, größer"},
                {"raygen", "{\"prompt\": \"胸部X線 🫁\"}"},
                {"empty", ""},
                {"long", std::string(70000, 'x')},
                {std::string(79, 'k'), "longest keyword"}};
  const std::string bytes = encode_png(image, 8);
  CHECK(decode_image(bytes, "memory", {}).text == image.text);
  CHECK(bytes.find("iTXtraygen") != std::string::npos);
  CHECK(bytes.find("tEXtDescription") != std::string::npos);
  CHECK(bytes.find("ca. 3 \xb5m, gr\xf6\xdf"
                   "er") != std::string::npos);  // Latin-1 in the file
}

TEST_CASE("PNG text of other writers") {
  const Image image = read_image(fixture("text.png"), {});
  const std::map<std::string, std::string> expected{{"Description", "café"},
                                                    {"Comment", "größer"},
                                                    {"raygen", "胸部 ½"},
                                                    {"broken",
                                                     "a\xef\xbf\xbd"
                                                     "b"}};
  CHECK(image.text == expected);
}

TEST_CASE("PNG text that unpacks beyond all measure is left out") {
  const Image image = read_image(fixture("text_bomb.png"), {});
  CHECK(image.width == 7);
  CHECK(image.text.empty());
}

TEST_CASE("PNG text that cannot be kept is refused") {
  const auto refused = [](const std::string& keyword, const std::string& text) {
    Image image = random_image(1, 1, 1, 255);
    image.text[keyword] = text;
    return is(outcome([&] { encode_png(image, 8); }), Status::invalid_argument);
  };
  CHECK(refused("", "text"));
  CHECK(refused(std::string(80, 'k'), "text"));
  CHECK(refused(" leading", "text"));
  CHECK(refused("two  spaces", "text"));
  CHECK(refused("new\nline", "text"));
  CHECK(refused("胸部", "text"));
  CHECK(refused("k\xff", "text"));
  CHECK(refused("key", std::string("a\0b", 3)));
  CHECK(refused("key", "\xff"));
}

TEST_CASE("a PNG cut anywhere is an error") {
  for (const std::string name : {"grey8.png", "rgb16_interlaced.png", "text.png", "palette2.png"}) {
    const std::string bytes = read_bytes(fixture(name));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(name, size);
      CHECK(is(outcome([&] { decode_image(std::string_view(bytes).substr(0, size), name, {}); }),
               Status::format));
    }
  }
}

TEST_CASE("a PNG with any bit flipped is an error") {
  const std::string bytes = read_bytes(fixture("rgb8.png"));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(i, bit);
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      CHECK(outcome([&] { decode_image(flipped, "flipped", {}); }).status != 0);
    }
  }
}

TEST_CASE("a PNG's size is checked before anything is allocated") {
  const auto decoded = [](std::uint32_t width, std::uint32_t height, const Limits& limits = {}) {
    return outcome([&] { decode_image(resized(width, height), "resized", limits); });
  };
  CHECK(decoded(7, 5).status == 0);
  CHECK(is(decoded(0, 5), Status::format));
  CHECK(is(decoded(7, 0), Status::format));
  CHECK(is(decoded(10000, 10000), Status::limit));
  CHECK(is(decoded(0x7fffffff, 0x7fffffff), Status::limit));
  CHECK(is(decoded(0xffffffff, 1), Status::format));
  CHECK(
      is(decoded(8000, 8000), Status::format));  // within the limit, but the data ends long before
  CHECK(is(decoded(7, 5, Limits{.max_pixels = 34}), Status::limit));
  CHECK(decode_image(encode_png(random_image(1, 1, 1, 255), 8), "one", {}).pixels.size() == 1);
}

TEST_CASE("files that are not images say so") {
  TemporaryFolder folder;
  const auto read = [&](const std::string& name, const std::string& content) {
    std::ofstream(folder.path() / name, std::ios::binary) << content;
    return outcome([&] { read_image(folder.path() / name, Limits{.max_file_bytes = 1000}); });
  };
  CHECK(is(read("empty.png", ""), Status::format));
  CHECK(is(read("text.png", "hello"), Status::format));
  CHECK(is(read("large.png", std::string(1001, 'x')), Status::limit));
  const Outcome missing = outcome([&] { read_image(folder.path() / "missing.png", {}); });
  CHECK(is(missing, Status::io));
  CHECK_THAT(missing.message, Catch::Contains("missing.png"));
  CHECK(is(outcome([&] { read_image(folder.path(), {}); }), Status::io));
}

TEST_CASE("a PNG appears whole or not at all") {
  TemporaryFolder folder;
  const Image image = random_image(8, 8, 3, 255);
  write_png(image, folder.path() / "out.png", 8);
  CHECK(read_image(folder.path() / "out.png", {}).pixels == image.pixels);
  CHECK(is(outcome([&] { write_png(image, folder.path() / "no" / "out.png", 8); }), Status::io));
  Image broken = image;
  broken.pixels[0] = std::nanf("");
  CHECK(is(outcome([&] { write_png(broken, folder.path() / "broken.png", 8); }), Status::numeric));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("grey is the mean of the channels") {
  const Image image{2, 1, 3, {0.0F, 0.3F, 0.6F, 1.0F, 1.0F, 1.0F}, {{"Description", "kept"}}};
  const Image grey = to_grey(image);
  CHECK(grey.channels == 1);
  REQUIRE(grey.pixels.size() == 2);
  CHECK(grey.pixels[0] == Approx(0.3F));
  CHECK(grey.pixels[1] == 1.0F);
  CHECK(grey.text == image.text);
  CHECK(to_grey(grey).pixels == grey.pixels);
}
