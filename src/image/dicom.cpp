// Radiographs in DICOM files: their elements are read here, compressed frames are decoded by DCMTK
// and OpenJPEG, and the picture is what a viewer shows.

#include "error.hpp"
#include "image/codec.hpp"
#include "image/dicom_frame.hpp"
#include "image/dicom_grey.hpp"
#include "image/dicom_lookup_table.hpp"
#include "image/dicom_own_texts.hpp"

#include <algorithm>
#include <array>

namespace raygen::engine {
namespace {

Image shown_colours(const DicomFrame& frame, const std::string& where) {
  if (frame.is_signed)
    fail(Status::unsupported, "{}: colours of signed values are not read", where);
  Image image{frame.width, frame.height, 3, {}, {}};
  const auto most = static_cast<float>((1 << frame.bits) - 1);
  image.pixels.reserve(frame.values.size());
  for (std::size_t at = 0; at < frame.values.size(); at += 3) {
    std::array<float, 3> colour{};
    for (std::size_t c = 0; c < 3; ++c)
      colour[c] = std::min(static_cast<float>(frame.values[at + c]) / most, 1.0F);
    if (frame.photometric == "YBR_FULL") colour = rgb_of_ybr(colour);
    image.pixels.insert(image.pixels.end(), colour.begin(), colour.end());
  }
  return image;
}

Image shown_palette(const DicomElements& data, const DicomFrame& frame, const std::string& where) {
  std::vector<DicomLookupTable> tables;
  const ValueRange inputs{0, static_cast<double>((1 << frame.bits) - 1)};
  std::uint16_t largest = 0;
  for (DicomTag channel = 0; channel < 3; ++channel) {
    const auto table = DicomLookupTable::read(data, dicom_tag::red_palette_descriptor + channel,
                                              dicom_tag::red_palette_data + channel, inputs, where);
    if (!table)
      fail(Status::unsupported,
           "{}: a DICOM palette that is not three tables of red, green and blue is not read",
           where);
    tables.push_back(*table);
    largest = std::max(largest, table->most());
  }
  const float most = largest > 255 ? 65535.0F : 255.0F;
  Image image{frame.width, frame.height, 3, {}, {}};
  image.pixels.reserve(frame.values.size() * 3);
  for (const std::int32_t value : frame.values)
    for (const DicomLookupTable& table : tables)
      image.pixels.push_back(static_cast<float>(table.at(value)) / most);
  return image;
}

Image shown(const DicomElements& data, const DicomFrame& frame, const std::string& where) {
  if (frame.channels == 3) return shown_colours(frame, where);
  if (frame.photometric == "PALETTE COLOR") return shown_palette(data, frame, where);
  return shown_grey(data, frame, where);
}

}  // namespace

Decoded decode_dicom(std::string_view bytes, const std::string& where, const Limits& limits) {
  const DicomFile file = read_dicom_file(bytes, where);
  const DicomFrame frame = read_dicom_frame(file, where, limits);
  Image image = shown(file.data, frame, where);
  image.text = own_texts(file.data);
  return {std::move(image), {frame.bits, /*may_be_film=*/false, std::nullopt}};
}

}  // namespace raygen::engine
