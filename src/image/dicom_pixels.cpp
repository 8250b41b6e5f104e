#include "image/dicom_pixels.hpp"

#include "error.hpp"
#include "image/codec.hpp"
#include "image/dicom_value.hpp"

#include <cmath>

namespace raygen::engine {
namespace {

constexpr std::int64_t most_rows = 65535;  // what an unsigned short holds

std::string stored_values(const Image& grey, int bits) {
  const double white = (1 << bits) - 1;
  std::string bytes;
  bytes.reserve(grey.pixels.size() * (bits > 8 ? 2 : 1));
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    const float value = grey.pixels[i];
    if (std::isnan(value))
      fail(Status::numeric, "the image's pixel at column {}, row {} is not a number",
           static_cast<std::int64_t>(i) % grey.width, static_cast<std::int64_t>(i) / grey.width);
    const unsigned level = sample_of(value, white);
    bytes += static_cast<char>(level & 0xff);
    if (bits > 8) bytes += static_cast<char>(level >> 8);
  }
  return bytes;
}

}  // namespace

void put_pixels(const Image& grey, int bits, DicomDataSet& data) {
  using namespace dicom_tag;
  if (grey.width > most_rows || grey.height > most_rows)
    fail(Status::limit, "the image is {} x {} pixels; a DICOM file has at most {} rows and columns",
         grey.width, grey.height, most_rows);
  data.put_number(samples_per_pixel, 1);
  data.put_text(photometric_interpretation, "CS", "MONOCHROME2");
  data.put_number(rows, static_cast<int>(grey.height));
  data.put_number(columns, static_cast<int>(grey.width));
  data.put_number(bits_allocated, bits > 8 ? 16 : 8);
  data.put_number(bits_stored, bits);
  data.put_number(high_bit, bits - 1);
  data.put_number(pixel_representation, 0);
  // LINEAR (PS3.3, C.11.2.1.2.1): from 0 to the white of the bits, and nothing is cut.
  data.put_text(window_center, "DS", dicom_decimal(1 << (bits - 1)));
  data.put_text(window_width, "DS", dicom_decimal(1 << bits));
  data.put_bytes(pixel_data, bits > 8 ? "OW" : "OB", stored_values(grey, bits));
}

}  // namespace raygen::engine
