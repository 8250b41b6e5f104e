#include "dicom_fixture.hpp"

#include <catch2/catch.hpp>

#include <dcmtk/oflog/oflog.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <thread>

using namespace raygen::engine;

namespace {

/// 0, 1, 2, …, as many as a 16 × 16 image has.
std::vector<std::uint16_t> ramp(std::uint16_t step = 1, std::uint16_t first = 0) {
  std::vector<std::uint16_t> values(256);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint16_t>(first + i * step);
  return values;
}

Image decoded(const DicomImageFile& file) { return decode_image(file.bytes(), "test.dcm", {}); }
Outcome refused(const DicomImageFile& file) {
  return outcome([&] { decoded(file); });
}

void window(DcmDataset& data, const char* centre, const char* width) {
  data.putAndInsertString(DCM_WindowCenter, centre);
  data.putAndInsertString(DCM_WindowWidth, width);
}

void check_pixels(const Image& image, const std::function<double(std::size_t)>& expected,
                  double margin = 1e-4) {
  REQUIRE(image.width == 16);
  REQUIRE(image.height == 16);
  REQUIRE(image.channels == 1);
  REQUIRE(image.pixels.size() == 256);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    CAPTURE(i);
    CHECK(image.pixels[i] == Approx(expected(i)).margin(margin));
  }
}

}  // namespace

TEST_CASE("8 bits without a window are what they are; MONOCHROME1 is inverted") {
  const auto value = [](std::size_t i) { return static_cast<double>(i) / 255; };
  check_pixels(decoded({.values = ramp()}), value);
  check_pixels(decoded({.bits_stored = 4, .values = std::vector<std::uint16_t>(256, 15)}),
               [](std::size_t) { return 1.0; });
  check_pixels(decoded({.photometric = "MONOCHROME1", .values = ramp()}),
               [&](std::size_t i) { return 1 - value(i); });
}

TEST_CASE("12 bits in 16 with a window") {
  // PS3.3 C.11.2.1.2.1 with centre 2048, width 2001: white from 3048, black up to 1047.5.
  const DicomImageFile file{
      .bits_allocated = 16, .bits_stored = 12, .values = ramp(16), .edit = [](DcmDataset& data) {
        window(data, "2048", "2001");
      }};
  const auto value = [](std::size_t i) {
    return std::clamp((static_cast<double>(i) * 16 - 2047.5) / 2000 + 0.5, 0.0, 1.0);
  };
  check_pixels(decoded(file), value);
}

TEST_CASE("12 bits in 16 without a window are stretched, whatever the extremes") {
  std::vector<std::uint16_t> values = ramp(2, 1000);
  values[0] = 0;       // a marker
  values[255] = 4095;  // a burnt corner
  check_pixels(
      decoded({.bits_allocated = 16, .bits_stored = 12, .values = values}),
      [](std::size_t i) { return std::clamp((static_cast<double>(i) - 1) / 253, 0.0, 1.0); });
}

TEST_CASE("one value only, without a window") {
  const Image image = decoded(
      {.bits_allocated = 16, .bits_stored = 12, .values = std::vector<std::uint16_t>(256, 7)});
  CHECK(std::all_of(image.pixels.begin(), image.pixels.end(),
                    [](float pixel) { return pixel >= 0 && pixel <= 1; }));
}

TEST_CASE("signed values, rescaled, in a window") {
  std::vector<std::uint16_t> values(256);
  for (int i = 0; i < 256; ++i)
    values[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(i - 128);
  const DicomImageFile file{.bits_allocated = 16,
                            .bits_stored = 16,
                            .is_signed = true,
                            .values = values,
                            .edit = [](DcmDataset& data) {
                              data.putAndInsertString(DCM_RescaleSlope, "2");
                              data.putAndInsertString(DCM_RescaleIntercept, "100");
                              window(data, "100.5", "201");
                            }};
  check_pixels(decoded(file), [](std::size_t i) {
    return std::clamp((2 * (static_cast<double>(i) - 128) + 100 - 100) / 200 + 0.5, 0.0, 1.0);
  });
}

TEST_CASE("a VOI LUT comes before a window") {
  const DicomImageFile file{.values = ramp(), .edit = [](DcmDataset& data) {
                              DcmItem* item = nullptr;
                              data.findOrCreateSequenceItem(DCM_VOILUTSequence, item);
                              const Uint16 descriptor[] = {256, 0, 8};
                              std::vector<Uint16> table(256);
                              for (std::size_t i = 0; i < 256; ++i)
                                table[i] = static_cast<Uint16>(i < 128 ? 0 : 255);
                              item->putAndInsertUint16Array(DCM_LUTDescriptor, descriptor, 3);
                              item->putAndInsertUint16Array(DCM_LUTData, table.data(),
                                                            table.size());
                              window(data, "10", "20");
                            }};
  check_pixels(
      decoded(file), [](std::size_t i) { return i < 128 ? 0.0 : 1.0; }, 0.004);
}

TEST_CASE("compressed without loss: the same pixels") {
  const auto bits = GENERATE(std::uint16_t{8}, std::uint16_t{12}, std::uint16_t{16});
  const auto syntax = GENERATE(EXS_JPEGProcess14SV1, EXS_RLELossless, EXS_JPEGLSLossless);
  CAPTURE(bits, syntax);
  DicomImageFile file{.bits_allocated = static_cast<std::uint16_t>(bits > 8 ? 16 : 8),
                      .bits_stored = bits,
                      .values = ramp()};
  const Image plain = decoded(file);
  file.syntax = syntax;
  CHECK(decoded(file).pixels == plain.pixels);
}

TEST_CASE("JPEG baseline and colour") {
  DicomImageFile grey{.values = ramp()};
  grey.syntax = EXS_JPEGProcess1;
  const Image image = decoded(grey);
  for (std::size_t i = 0; i < 256; ++i)
    CHECK(image.pixels[i] == Approx(static_cast<double>(i) / 255).margin(0.05));

  std::vector<std::uint16_t> values(256 * 3);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<std::uint16_t>(i % 3 == 0 ? 255 : i / 3);
  const Image colour = decoded({.photometric = "RGB", .values = values});
  REQUIRE(colour.channels == 3);
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(colour.pixels[i] == Approx(values[i] / 255.0).margin(1e-4));
}

TEST_CASE("what is not a radiograph is refused, and told") {
  const auto says = [](const Outcome& got, Status status, const std::string& what) {
    CAPTURE(got.message);
    CHECK(is(got, status));
    CHECK_THAT(got.message, Catch::Contains("test.dcm") && Catch::Contains(what));
  };
  says(refused({}), Status::format, "without pixel data");
  says(refused({.values = std::vector<std::uint16_t>(100)}), Status::format,
       "100 bytes of pixel data");
  says(refused({.columns = 40000, .rows = 40000, .values = ramp()}), Status::limit,
       "40000 x 40000");
  says(refused({.columns = 0, .values = ramp()}), Status::format, "0 x 16");
  const auto edited = [](std::function<void(DcmDataset&)> edit) {
    return refused({.values = ramp(), .edit = std::move(edit)});
  };
  says(edited([](DcmDataset& data) { data.putAndInsertString(DCM_NumberOfFrames, "2"); }),
       Status::unsupported, "2 frames");
  says(edited([](DcmDataset& data) { data.putAndInsertUint16(DCM_BitsAllocated, 32); }),
       Status::unsupported, "32 bits");
  says(edited([](DcmDataset& data) { data.putAndInsertUint16(DCM_SamplesPerPixel, 4); }),
       Status::unsupported, "4 samples");
  says(edited([](DcmDataset& data) { data.findAndDeleteElement(DCM_Rows); }), Status::format,
       "Rows");
}

TEST_CASE("JPEG 2000 is named as what it is") {
  DicomImageFile file{.values = ramp()};
  file.syntax = EXS_RLELossless;
  std::string bytes = file.bytes();
  const std::string rle = "1.2.840.10008.1.2.5", jpeg_2000 = "1.2.840.10008.1.2.4.90";
  const std::size_t at = bytes.find(rle);
  REQUIRE(at != std::string::npos);
  // The element's and the group's lengths grow with the longer name, both even: 20 → 22.
  REQUIRE(bytes[at - 2] == 20);
  bytes[at - 2] = 22;
  bytes.replace(at, 20, jpeg_2000);
  const std::size_t group_length = 128 + 4 + 8;
  bytes[group_length] = static_cast<char>(bytes[group_length] + 2);
  const Outcome got = outcome([&] { decode_image(bytes, "test.dcm", {}); });
  CAPTURE(got.message);
  CHECK(is(got, Status::unsupported));
  CHECK_THAT(got.message, Catch::Contains("JPEG 2000"));
}

TEST_CASE("sequences nested beyond reason are refused") {
  std::string bytes = DicomImageFile{.values = ramp()}.bytes();
  const std::string open_sequence("\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff", 12),
      open_item("\xfe\xff\x00\xe0\xff\xff\xff\xff", 8);
  const std::size_t data = bytes.find(std::string("\x08\x00\x16\x00UI", 6));
  REQUIRE(data != std::string::npos);
  const auto nested = [&](int levels) {
    std::string copy = bytes.substr(0, data);
    for (int i = 0; i < levels; ++i) copy += open_sequence + open_item;
    return outcome([&] { decode_image(copy, "nested", {}); });
  };
  CHECK(is(nested(100000), Status::limit));
  CHECK(nested(500).status != 0);  // within the bound: DCMTK comes to the missing end
}

TEST_CASE("a DICOM file cut anywhere is an error; with flipped bits it decodes or throws") {
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianExplicit, EXS_RLELossless, EXS_JPEGLSLossless, EXS_JPEGProcess14SV1}) {
    CAPTURE(syntax);
    DicomImageFile file{.bits_allocated = 16, .bits_stored = 12, .values = ramp(3)};
    file.syntax = syntax;
    const std::string bytes = file.bytes();
    for (std::size_t size = 0; size + 8 < bytes.size();
         ++size) {  // a missing end of the sequence is forgiven
      CAPTURE(size);
      CHECK(outcome([&] {
              decode_image(std::string_view(bytes).substr(0, size), "cut", {});
            }).status != 0);
    }
    for (std::size_t i = 132; i < bytes.size(); ++i) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
      const Outcome got = outcome([&] {
        const Image image = decode_image(flipped, "flipped", {.max_pixels = 1 << 16});
        REQUIRE(image.pixels.size() ==
                static_cast<std::size_t>(image.width * image.height * image.channels));
      });
      CHECK(!is(got, Status::internal));
    }
  }
}

TEST_CASE("threads, and the host's DCMTK stays as it was") {
  DicomImageFile file{.bits_allocated = 16, .bits_stored = 12, .values = ramp(5)};
  file.syntax = EXS_JPEGProcess14SV1;
  const std::string bytes = file.bytes(), broken = bytes.substr(0, bytes.size() / 2);
  const Image expected = decode_image(bytes, "test.dcm", {});

  auto log = dcmtk::log4cplus::Logger::getRoot();
  log.setLogLevel(dcmtk::log4cplus::INFO_LOG_LEVEL);
  const TemporaryFolder folder;
  const std::string errors = folder.path() / "stderr";
  const int saved = ::dup(STDERR_FILENO),
            captured = ::open(errors.c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(captured, STDERR_FILENO);
  std::atomic<int> right = 0, refusals = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        right += decode_image(bytes, "test.dcm", {}).pixels == expected.pixels;
        refusals += outcome([&] { decode_image(broken, "broken", {}); }).status != 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  ::close(captured);
  CHECK(right == 80);
  CHECK(refusals == 80);
  CHECK(read_bytes(errors).empty());
  CHECK(log.getLogLevel() == dcmtk::log4cplus::INFO_LOG_LEVEL);
}

TEST_CASE("padding is black, and does not count when values are stretched") {
  const auto padded = [](std::uint16_t value) {
    std::vector<std::uint16_t> values = ramp(4, 100);
    for (std::size_t i = 0; i < 64; ++i) values[i] = value;
    return values;
  };
  const auto pad = [](Uint16 value) {
    return [value](DcmDataset& data) { data.putAndInsertUint16(DCM_PixelPaddingValue, value); };
  };
  const Image plain = decoded({.bits_allocated = 16,
                               .bits_stored = 12,
                               .values = padded(356)});  // 356: the least of the rest
  for (const char* photometric : {"MONOCHROME2", "MONOCHROME1"}) {
    const bool inverted = photometric == std::string("MONOCHROME1");
    const Image image = decoded({.bits_allocated = 16,
                                 .bits_stored = 12,
                                 .photometric = photometric,
                                 .values = padded(4095),
                                 .edit = pad(4095)});
    for (std::size_t i = 0; i < 64; ++i) CHECK(image.pixels[i] == 0);
    for (std::size_t i = 64; i < 256; ++i)
      CHECK(image.pixels[i] ==
            Approx(inverted ? 1 - plain.pixels[i] : plain.pixels[i]).margin(0.02));
  }
  const Image ranged = decoded({.bits_allocated = 16,
                                .bits_stored = 12,
                                .values = padded(4000),
                                .edit = [](DcmDataset& data) {
                                  data.putAndInsertUint16(DCM_PixelPaddingValue, 4095);
                                  data.putAndInsertUint16(DCM_PixelPaddingRangeLimit, 3990);
                                }});
  CHECK(ranged.pixels[0] == 0);
  CHECK(ranged.pixels[255] == Approx(1));
  const Image negative = decoded(
      {.bits_allocated = 16,
       .bits_stored = 12,
       .is_signed = true,
       .values = padded(static_cast<std::uint16_t>(-2000)),
       .edit = [](DcmDataset& data) { data.putAndInsertSint16(DCM_PixelPaddingValue, -2000); }});
  CHECK(negative.pixels[0] == 0);
  CHECK(negative.pixels[64] < 0.03);
  CHECK(negative.pixels[255] == Approx(1));
  const Image small = decoded({.values = padded(255), .edit = pad(255)});
  CHECK(small.pixels[0] == 0);
  // When all is padding, the attribute is not believed.
  CHECK(decoded({.values = std::vector<std::uint16_t>(256, 200), .edit = pad(200)}).pixels[0] ==
        Approx(200.0 / 255));
}
