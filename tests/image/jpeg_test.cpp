#include "fixture.hpp"
#include "jpeg_file.hpp"
#include "picture_files.hpp"

#include <catch2/catch.hpp>

#include <csetjmp>
#include <random>
#include <vector>

using namespace raygen::engine;

namespace {

/// A noisy film of 64 × 64 pixels.
std::string written(const JpegKind& kind = {}) {
  constexpr unsigned side = 64;
  std::mt19937 random(3);
  const auto channels = static_cast<std::size_t>(kind.channels);
  std::vector<JSAMPLE> samples;
  for (unsigned y = 0; y < side; ++y)
    for (std::size_t i = 0; i < side * channels; ++i)
      samples.push_back(static_cast<JSAMPLE>(i * 2 / channels + y + random() % 30));
  return jpeg_file(samples, side, kind);
}

/// Whether libjpeg, which decodes whatever it gets, has something to say of it. (Of much damage it
/// has not: codes find their way back.)
bool warned_of(const std::string& bytes) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump;
  std::vector<JSAMPLE> row(3 * 64);
  info.err = jpeg_std_error(&errors);
  info.client_data = &jump;
  errors.output_message = [](j_common_ptr) {};
  errors.error_exit = [](j_common_ptr common) {
    std::longjmp(*static_cast<std::jmp_buf*>(common->client_data), 1);
  };
  jpeg_create_decompress(&info);
  if (setjmp(jump) != 0) {
    jpeg_destroy_decompress(&info);
    return true;
  }
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()),
               static_cast<unsigned long>(bytes.size()));
  jpeg_read_header(&info, TRUE);
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    JSAMPROW at = row.data();
    jpeg_read_scanlines(&info, &at, 1);
  }
  jpeg_finish_decompress(&info);
  const bool warned = errors.num_warnings != 0;
  jpeg_destroy_decompress(&info);
  return warned;
}

std::string with(std::string bytes, std::size_t at, const std::string& more) {
  return bytes.insert(at, more);
}

/// Where the markers of a file with one scan are, and the end of that scan's header.
struct Layout {
  std::vector<std::size_t> segments;
  std::size_t scan_header = 0, scan = 0, end = 0;
};
Layout layout_of(const std::string& bytes) {
  Layout layout;
  for (std::size_t at = 2;;) {
    layout.segments.push_back(at);
    const bool is_scan = bytes[at + 1] == '\xda';
    if (is_scan) layout.scan_header = at;
    at += std::size_t{2} + static_cast<unsigned char>(bytes[at + 2]) * std::size_t{256} +
          static_cast<unsigned char>(bytes[at + 3]);
    if (is_scan) {
      layout.scan = at;
      layout.end = bytes.rfind("\xff\xd9");
      return layout;
    }
  }
}

Outcome refusal(const std::string& bytes) {
  return outcome([&] { decode_image(bytes, "film.jpg", {}); });
}

const std::vector<std::string> strays = {
    std::string(24, '\0'),         std::string(1, 'x'),
    "stray bytes between markers", std::string("\x12\xff\0\x34\xff\0", 6),
    std::string(300, '\xaa'),
};

}  // namespace

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

TEST_CASE("a JPEG with stray bytes between its markers decodes as without them") {
  for (const JpegKind kind : {JpegKind{}, JpegKind{.channels = 3}, JpegKind{.restart_interval = 3},
                              JpegKind{.channels = 3, .restart_interval = 2}}) {
    const std::string clean = written(kind);
    const std::vector<float> expected = decode_image(clean, "clean", {}).pixels;
    const Layout layout = layout_of(clean);
    for (const std::string& stray : strays) {
      for (const std::size_t at : layout.segments) {
        CAPTURE(kind.channels, kind.restart_interval, stray, at);
        CHECK(decode_image(with(clean, at, stray), "segment", {}).pixels == expected);
      }
      CAPTURE(kind.channels, kind.restart_interval, stray);
      CHECK(decode_image(with(clean, layout.end, stray), "end", {}).pixels == expected);
      CHECK(decode_image(clean + stray, "behind", {}).pixels == expected);
    }
  }
}

TEST_CASE("of a progressive JPEG a filler behind a scan is believed to be a stray, nothing else") {
  const std::string clean = written({.progressive = true});
  const std::vector<float> expected = decode_image(clean, "clean", {}).pixels;
  const Layout layout = layout_of(clean);
  for (const std::string& stray : strays)
    for (const std::size_t at : layout.segments)
      CHECK(decode_image(with(clean, at, stray), "segment", {}).pixels == expected);
  CHECK(decode_image(with(clean, layout.end, std::string(24, '\0')), "end", {}).pixels == expected);
  CHECK(is(refusal(with(clean, layout.end, "stray bytes between markers")), Status::format));
}

TEST_CASE("a JPEG whose header is only odd decodes as one whose header is not") {
  const std::string clean = written({.channels = 3});
  const std::vector<float> expected = decode_image(clean, "clean", {}).pixels;
  std::string bytes = clean;
  bytes[bytes.find("JFIF") + 5] = 2;
  CHECK(decode_image(bytes, "version 2", {}).pixels == expected);

  bytes = clean;
  const std::size_t parameters = layout_of(clean).scan - 3;  // Ss, Se, Ah and Al
  for (const std::string& odd :
       {std::string("\0\0\0", 3), std::string("\x01\x05\0", 3), std::string("\0\x3f\x21", 3)}) {
    bytes.replace(parameters, 3, odd);
    CHECK(decode_image(bytes, "scan header", {}).pixels == expected);
  }

  bytes = clean;
  bytes.erase(2, 18);  // JFIF's segment, without which Adobe's would not be looked at
  bytes = with_segment(bytes, 0xffee, "Adobe" + big(100, 2) + big(0, 4) + big(7, 1));
  CHECK(decode_image(bytes, "Adobe", {}).pixels == expected);
}

TEST_CASE("a JPEG whose scan is damaged is an error") {
  for (const JpegKind kind : {JpegKind{}, JpegKind{.channels = 3}, JpegKind{.restart_interval = 3},
                              JpegKind{.progressive = true}}) {
    const std::string clean = written(kind);
    const std::vector<float> expected = decode_image(clean, "clean", {}).pixels;
    const Layout layout = layout_of(clean);
    std::size_t warned = 0, wrong = 0;
    const auto attempt = [&](const std::string& bytes) {
      if (!warned_of(bytes)) return;
      ++warned;
      try {
        wrong += decode_image(bytes, "damaged", {}).pixels != expected ? 1 : 0;
      } catch (const Error& error) {
        CHECK(error.status() == Status::format);
      }
    };
    for (std::size_t at = layout.scan + 8; at + 8 < layout.end; at += 3) {
      for (const std::size_t count : {1, 5, 24}) {
        attempt(with(clean, at, std::string(count, '\0')));
        attempt(with(clean, at, std::string(count, 'U')));
        if (at + count < layout.end) attempt(std::string(clean).erase(at, count));
      }
    }
    CAPTURE(kind.channels, kind.restart_interval, kind.progressive, warned, wrong);
    CHECK(warned > 1000);
    CHECK(wrong * 50 <= warned);
  }
}

TEST_CASE("wrong restart markers of a JPEG are an error") {
  const std::string clean = written({.restart_interval = 3});
  const std::size_t first = clean.find("\xff\xd0", layout_of(clean).scan),
                    second = clean.find("\xff\xd1", first);
  REQUIRE(second != std::string::npos);
  std::string bytes = clean;
  bytes[first + 1] = '\xd3';
  CHECK(is(refusal(bytes), Status::format));
  bytes = clean;
  std::swap(bytes[first + 1], bytes[second + 1]);
  CHECK(is(refusal(bytes), Status::format));
  CHECK(is(refusal(std::string(clean).erase(first, 2)), Status::format));
  CHECK(is(refusal(std::string(clean).erase(first, second - first)), Status::format));
  CHECK(is(refusal(with(clean, first, std::string(24, '\0'))), Status::format));
}

TEST_CASE("kinds of JPEG that are not read are named") {
  const Outcome cmyk = outcome([] { read_image(fixture("cmyk.jpg"), {}); });
  CHECK(is(cmyk, Status::unsupported));
  CHECK_THAT(cmyk.message, Catch::Contains("cmyk.jpg") && Catch::Contains("CMYK"));

  std::string twelve_bits = read_bytes(fixture("grey.jpg"));
  const std::size_t frame = twelve_bits.find("\xff\xc0");
  REQUIRE(frame != std::string::npos);
  twelve_bits[frame + 4] = 12;
  CHECK_THAT(refusal("\xff\xd8\xff\xf7 and so on").message, Catch::Contains("JPEG-LS"));
  const Outcome twelve = refusal(twelve_bits);
  CHECK(is(twelve, Status::unsupported));
  CHECK_THAT(twelve.message, Catch::Contains("precision 12"));
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
