#include "dicom_fixture.hpp"
#include "jpeg2000_fixture.hpp"
#include "raw_dicom.hpp"

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

TEST_CASE("what is not decoded is named as what it is") {
  const auto named = [](const std::string& syntax, const std::string& name) {
    const RawDicom file{.syntax = syntax, .fragments = {std::string(64, 'x')}};
    const Outcome got = outcome([&] { decode_image(file.bytes(), "test.dcm", {}); });
    CAPTURE(got.message);
    CHECK(is(got, Status::unsupported));
    CHECK_THAT(got.message, Catch::Contains(name));
  };
  for (const char* last : {"201", "202", "203"})
    named("1.2.840.10008.1.2.4." + std::string(last), "HTJ2K");
  named("1.2.840.10008.1.2.4.110", "JPEG XL");
  named("1.2.840.10008.1.2.4.100", "MPEG2");
  named("1.2.840.10008.1.2.1.99", "deflated");
  named("1.2.3.4.5", "1.2.3.4.5");
}

TEST_CASE("JPEG 2000: every depth and sign, in one fragment and in many") {
  const auto bits = GENERATE(8U, 12U, 16U);
  const bool is_signed = GENERATE(false, true), stream_is_signed = GENERATE(false, true);
  const bool jp2 = GENERATE(false, true);
  CAPTURE(bits, is_signed, stream_is_signed, jp2);
  const std::vector<std::int32_t> values = jpeg2000_ramp(256, bits, stream_is_signed, 13);
  const std::string stream =
      Jpeg2000File{.bits = bits, .is_signed = stream_is_signed, .jp2 = jp2, .values = values}
          .bytes();
  RawDicom file{.syntax = "1.2.840.10008.1.2.4.90",
                .bits_allocated = static_cast<std::uint16_t>(bits > 8 ? 16 : 8),
                .bits_stored = static_cast<std::uint16_t>(bits),
                .is_signed = is_signed};
  file.other = RawDicom::element(0x00281050, "DS", "100") +
               RawDicom::element(0x00281051, "DS", "200") +
               RawDicom::element(0x00281056, "CS", "LINEAR_EXACT");
  file.fragments = {stream};
  const Image image = decode_image(file.bytes(), "test.dcm", {});
  // The bits are the stream's, and whether they are signed is DICOM's to say.
  const int range = 1 << bits;
  check_pixels(image, [&](std::size_t i) {
    int value = (values[i] % range + range) % range;
    if (is_signed && value >= range / 2) value -= range;
    return std::clamp(value / 200.0, 0.0, 1.0);
  });
  file.fragments.clear();
  for (std::size_t at = 0; at < stream.size(); at += 10)
    file.fragments.push_back(stream.substr(at, 10));
  CHECK(decode_image(file.bytes(), "test.dcm", {}).pixels == image.pixels);
}

TEST_CASE("JPEG 2000 in colours, of another size, cut, or broken") {
  const std::vector<std::int32_t> values = jpeg2000_ramp(256 * 3, 8, false, 7);
  for (const char* photometric : {"RGB", "YBR_RCT", "YBR_ICT"}) {
    CAPTURE(photometric);
    const RawDicom file{
        .syntax = "1.2.840.10008.1.2.4.90",
        .samples = 3,
        .photometric = photometric,
        .fragments = {
            Jpeg2000File{.components = 3, .colour_transform = true, .values = values}.bytes()}};
    const Image image = decode_image(file.bytes(), "test.dcm", {});
    REQUIRE(image.channels == 3);
    for (std::size_t i = 0; i < values.size(); ++i)
      CHECK(image.pixels[i] == Approx(values[i] / 255.0).margin(1e-6));
  }
  const std::string stream = Jpeg2000File{.values = jpeg2000_ramp(256, 8)}.bytes();
  const auto refused_frame = [&](RawDicom file) {
    file.syntax = "1.2.840.10008.1.2.4.90";
    return outcome([&] { decode_image(file.bytes(), "test.dcm", {}); });
  };
  CHECK_THAT(refused_frame({.columns = 32, .fragments = {stream}}).message,
             Catch::Contains("16 x 16") && Catch::Contains("32 x 16"));
  CHECK(is(refused_frame({.fragments = {stream.substr(0, stream.size() / 2)}}), Status::format));
  CHECK(is(refused_frame({.fragments = {"no stream at all"}}), Status::format));
}

TEST_CASE("a JPEG in more than 512 fragments, and in empty ones") {
  DicomImageFile file;
  file.bits_allocated = 16, file.bits_stored = 12;
  file.columns = file.rows = 64;
  for (std::uint16_t i = 0; i < 64 * 64; ++i)
    file.values.push_back(static_cast<std::uint16_t>(i * 2731 % 4096));
  file.syntax = EXS_JPEGProcess14SV1;
  const std::string bytes = file.bytes();
  const Image expected = decode_image(bytes, "test.dcm", {});
  const std::size_t start = bytes.find("\xff\xd8\xff"), end = bytes.rfind("\xff\xd9") + 2;
  REQUIRE(end - start > 2 * 520);
  RawDicom many{.syntax = "1.2.840.10008.1.2.4.70",
                .columns = 64,
                .rows = 64,
                .bits_allocated = 16,
                .bits_stored = 12};
  for (std::size_t at = start; at < end; at += 2) {
    many.fragments.push_back(bytes.substr(at, 2));
    if (at % 7 == 0) many.fragments.emplace_back();
  }
  CHECK(decode_image(many.bytes(), "test.dcm", {}).pixels == expected.pixels);
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
  CHECK(is(nested(500), Status::format));  // within the bound: the end is missing
  // Many items beside each other are not deep, and what lies within UN is counted too.
  const RawDicom plain{.pixels = std::string(256, 'x')};
  const std::string item = RawDicom::item(RawDicom::element(0x00080100, "SH", "A"));
  const auto with_sequence = [&](const std::string& header, const std::string& items) {
    RawDicom file = plain;
    file.other = header + items + little_endian(0xe0ddfffe, 4) + little_endian(0, 4);
    return outcome([&] { decode_image(file.bytes(), "items", {}); });
  };
  const std::string sq = little_endian(0x11100028, 4) + std::string("SQ\0\0", 4) +
                         "\xff\xff\xff\xff",
                    un = little_endian(0x11100028, 4) + std::string("UN\0\0", 4) +
                         "\xff\xff\xff\xff";
  std::string many, deep;
  for (int i = 0; i < 5000; ++i) many += item;
  CHECK(with_sequence(sq, many).message.empty());
  CHECK(with_sequence(un, RawDicom::item("\x08\0\0\1\2\0\0\0A ")).message.empty());
  for (int i = 0; i < 100000; ++i)
    deep += open_item + std::string("\x08\x00\x40\x11\xff\xff\xff\xff", 8);
  CHECK(is(with_sequence(un, deep), Status::limit));
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
