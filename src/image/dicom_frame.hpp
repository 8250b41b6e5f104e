#pragma once
// The pixels of a DICOM file as the numbers that are stored, whatever they were packed in.

#include "image/dicom_elements.hpp"
#include "limits.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct DicomFrame {
  std::int64_t width = 0, height = 0;
  int channels = 0;  // 1 or 3, interleaved
  int bits = 0;      // of a stored value
  bool is_signed = false;
  std::string photometric;  // of `values`: once unpacked, colours are RGB or YBR_FULL
  std::vector<std::int32_t> values;
};

/// Throws Error(format | unsupported | limit); the header is looked at before anything is decoded.
DicomFrame read_dicom_frame(const DicomFile& file, const std::string& where, const Limits& limits);

/// What a JPEG stream says of itself before its first scan.
struct JpegHeader {
  int process = 0;  // n of its SOFn
  int bits = 0, height = 0, width = 0, components = 0;
  /// Whether three components are YCbCr: by their names, JFIF's or Adobe's marker, else as said.
  bool is_ybr(bool said) const;
  bool has_jfif = false, has_rgb_names = false;
  int adobe_transform = -1;
};
constexpr int jpeg_ls_process = 55;
JpegHeader read_jpeg_header(std::string_view stream, const std::string& where);
/// Samples of a JPEG stream as DCMTK's decoders give them: interleaved, without a change of
/// colours.
std::vector<std::uint16_t> decode_with_dcmtk(const std::string& stream, const DicomFrame& frame,
                                             int process, int bits, const std::string& where);
/// Words of 8 or 16 bits, interleaved.
std::vector<std::uint16_t> decode_rle(std::string_view stream, const DicomFrame& frame,
                                      int bits_allocated, const std::string& where);

}  // namespace raygen::engine
