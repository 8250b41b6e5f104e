// Any bytes as an image, and as the template of a DICOM file: decoded within limits or refused with
// an Error. What was decoded can be written and read again unchanged. A PNG is tried with its
// checksums made right too: else hardly a mutation would come further than the first of them.

#include "image/image.hpp"
#include "error.hpp"
#include "image/dicom_fixture.hpp"
#include "image/dicom_template.hpp"
#include "image/dicom_write.hpp"
#include "image/film_depth.hpp"
#include "image/jpeg2000_fixture.hpp"
#include "image/picture_files.hpp"
#include "image/raw_dicom.hpp"
#include "seeds.hpp"

#include <zlib.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace raygen::engine;

namespace {

constexpr std::size_t png_signature_bytes = 8;

std::string with_right_checksums(std::string png) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(png[at]));
  };
  for (std::size_t at = png_signature_bytes; at + 12 <= png.size();) {
    const std::size_t length =
        byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (length > png.size() - at - 12) break;
    const std::size_t end = at + 8 + length;  // of the chunk's data
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(png.data() + at + 4),
                           static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) png[end + i] = static_cast<char>(sum >> (24 - 8 * i));
    at = end + 4;
  }
  return png;
}

void try_image(std::string_view bytes) {
  const Limits limits{.max_file_bytes = 1 << 20, .max_pixels = 1 << 20};
  Image image;
  try {
    image = decode_image(bytes, "fuzz", limits);
  } catch (const Error&) {
    return;
  }
  if (image.pixels.size() != static_cast<std::size_t>(image.width * image.height * image.channels))
    std::abort();
  if (image.width < 1024 && image.height < 1024) {
    const Image read = decode_image(encode_dicom(image, {}).bytes, "written", limits);
    if (is_own(image) && read.text.at("raygen") != image.text.at("raygen")) std::abort();
  }
  image.text.clear();  // another writer's keywords need not be ones that we may write
  const Image once = decode_image(encode_png(image, 16, true), "written", limits);
  const Image again = decode_image(encode_png(once, 16, true), "written again", limits);
  if (once.pixels != again.pixels || once.channels != image.channels) std::abort();
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    if (!(std::abs(once.pixels[i] - image.pixels[i]) <= 1.0F / 65535)) std::abort();
}

/// Whatever a template holds, what is taken of it can be written.
void try_template(std::string_view bytes) {
  try {
    const DicomTemplate source = decode_dicom_template(bytes, "fuzz");
    DicomDataSet data;
    for (const auto& text : source.texts) data.put_text(text.tag, text.vr, text.value);
    data.put_text(0x0020000d, "UI", source.study_uid);
  } catch (const Error& error) {
    if (error.status() == Status::internal) std::abort();
  }
}

std::string own_dicom() {
  const Image image{8,
                    8,
                    1,
                    std::vector<float>(64, 0.25F),
                    {{"raygen", R"({"seed":7})"}, {"Description", "Größe"}}};
  return encode_dicom(image, {.bit_depth = 8}).bytes;
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds{own_dicom()};
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianExplicit, EXS_LittleEndianImplicit, EXS_RLELossless, EXS_JPEGProcess14SV1,
        EXS_JPEGLSLossless}) {
    DicomImageFile file{
        .bits_allocated = 16, .bits_stored = 12, .values = std::vector<std::uint16_t>(256)};
    for (std::size_t i = 0; i < file.values.size(); ++i)
      file.values[i] = static_cast<std::uint16_t>(i * 16);
    file.syntax = syntax;
    seeds.push_back(file.bytes());
  }
  const Picture grey = test_picture(12, 7, 1), colour = test_picture(12, 7, 3);
  std::vector<std::uint32_t> samples;
  for (std::uint32_t i = 0; i < 84; ++i) samples.push_back(i * 40);
  for (const std::string& bytes :
       {bmp(grey), bmp(colour), bmp(colour, true), pnm('5', 12, 7, 255, samples),
        pnm('5', 12, 7, 65535, samples), pnm('2', 12, 7, 4095, samples),
        pnm('6', 4, 7, 65535, samples), tga(grey), tga(colour, {.run_length = true}),
        tga(colour, {.footer = true, .top_down = false}),
        tga(grey, {.run_length = true, .footer = true, .from_right = true}), gif(grey),
        psd(12, 7, samples, 8), psd(12, 7, samples, 8, true), psd(12, 7, samples, 16)})
    seeds.push_back(bytes);
  const std::string jpeg = read_bytes(fixture("rgb.jpg")), png = read_bytes(fixture("rgb16.png"));
  seeds.push_back(with_segment(jpeg, 0xffe1,
                               std::string("Exif\0\0", 6) + exif_data(6, /*little_endian=*/true)));
  seeds.push_back(std::string(jpeg).insert(jpeg.size() - 2, std::string(24, '\0')));
  seeds.push_back(with_chunk(png, "eXIf", exif_data(7, /*little_endian=*/false)));
  seeds.push_back(with_chunk(png, "sBIT", big(0x0c0c0c, 3)));
  for (const bool jp2 : {false, true}) {
    const std::string stream =
        Jpeg2000File{.bits = 12, .jp2 = jp2, .tile = 9, .values = jpeg2000_ramp(256, 12, false, 91)}
            .bytes();
    seeds.push_back(stream);
    const std::size_t half = stream.size() / 2;
    seeds.push_back(RawDicom{.syntax = "1.2.840.10008.1.2.4.90",
                             .bits_allocated = 16,
                             .bits_stored = 12,
                             .fragments = {stream.substr(0, half), stream.substr(half)}}
                        .bytes());
  }
  seeds.push_back(
      Jpeg2000File{.components = 3, .colour_transform = true, .values = jpeg2000_ramp(768, 8)}
          .bytes());
  // A VOI LUT and a window, with and without VRs, with and without what comes before the data.
  const std::string lut =
      RawDicom::element(0x00283002, "US", little_endian(0x00000100, 4) + little_endian(8, 2)) +
      RawDicom::element(0x00283006, "OW", std::string(512, '\x01'));
  for (const bool all_un : {false, true}) {
    RawDicom file{.all_un = all_un, .preamble = false, .meta = all_un};
    file.other = RawDicom::element(0x00280120, "UN", little_endian(7, 2)) +
                 RawDicom::element(0x00281050, "DS", "100\\200") +
                 RawDicom::element(0x00281051, "UN", "50\\100") +
                 RawDicom::element(0x00283010, all_un ? "UN" : "SQ", RawDicom::item(lut));
    for (int i = 0; i < 256; ++i) file.pixels += static_cast<char>(i);
    seeds.push_back(file.bytes());
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try_image(bytes);
  try_template(bytes);
  if (bytes.starts_with("\x89PNG")) try_image(with_right_checksums(bytes));
  return 0;
}
