#pragma once
// JPEG 2000 (ISO/IEC 15444-1) through OpenJPEG, for files and for frames of DICOM files.

#include "limits.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct Jpeg2000 {
  std::int64_t width = 0, height = 0;
  int components = 0;  // 1 to 4, all of one size, depth and sign; interleaved
  int bits = 0;        // at most 16
  bool is_signed = false;
  bool is_ycc = false;                // the JP2 container says sYCC: not turned into RGB here
  bool has_colour_transform = false;  // of the codestream, undone: the first three are RGB
  std::vector<std::int32_t> values;
};

/// A JP2 file or a bare codestream.
bool is_jpeg2000(std::string_view bytes);
/// A codestream that ends early is an error. The header is looked at before OpenJPEG sees it.
/// Throws Error(format | unsupported | limit).
Jpeg2000 read_jpeg2000(std::string_view bytes, const std::string& where, const Limits& limits);

}  // namespace raygen::engine
