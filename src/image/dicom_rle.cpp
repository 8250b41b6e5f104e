// DICOM's run-length encoding (PS3.5, annex G). DCMTK's decoder of single frames reads beyond the
// stream when its offsets are wrong.

#include "error.hpp"
#include "image/dicom_frame.hpp"

#include <algorithm>

namespace raygen::engine {
namespace {

constexpr std::size_t header_bytes = 64, most_segments = 15;

std::size_t header_number(std::string_view stream, std::size_t i) {
  std::size_t value = 0;
  for (std::size_t byte = 4; byte-- > 0;)
    value = value << 8 | static_cast<unsigned char>(stream[4 * i + byte]);
  return value;
}

/// Appends to `to` until it has `count` bytes. False when the segment ends before.
bool unpack_segment(std::string_view segment, std::size_t count, std::vector<unsigned char>& to) {
  to.clear();
  while (!segment.empty() && to.size() < count) {
    const int control = static_cast<signed char>(segment[0]);
    segment.remove_prefix(1);
    if (control >= 0) {
      const std::string_view literal = segment.substr(0, static_cast<std::size_t>(control) + 1);
      to.insert(to.end(), literal.begin(), literal.end());
      segment.remove_prefix(literal.size());
    } else if (control != -128 && !segment.empty()) {
      to.insert(to.end(), static_cast<std::size_t>(1 - control),
                static_cast<unsigned char>(segment[0]));
      segment.remove_prefix(1);
    }
  }
  return to.size() >= count;
}

}  // namespace

std::vector<std::uint16_t> decode_rle(std::string_view stream, const DicomFrame& frame,
                                      int bits_allocated, const std::string& where) {
  const auto pixels = static_cast<std::size_t>(frame.width * frame.height),
             channels = static_cast<std::size_t>(frame.channels),
             bytes_each = static_cast<std::size_t>(bits_allocated / 8);
  if (stream.size() < header_bytes)
    fail(Status::format, "{}: the DICOM file's RLE frame has no header", where);
  const std::size_t segments = header_number(stream, 0);
  if (segments > most_segments || segments != channels * bytes_each)
    fail(Status::format, "{}: the DICOM file's RLE frame has {} segments, expected {}", where,
         segments, channels * bytes_each);
  constexpr std::size_t most_growth = 64;  // a run of 128 bytes takes two
  if (stream.size() < pixels * segments / most_growth)
    fail(Status::format, "{}: the DICOM file's RLE frame has {} bytes, too few for {} x {} pixels",
         where, stream.size(), frame.width, frame.height);
  std::vector<std::uint16_t> samples(pixels * channels);
  std::vector<unsigned char> bytes;
  for (std::size_t i = 0; i < segments; ++i) {  // of each sample the high byte, then the low one
    const std::size_t start = header_number(stream, i + 1),
                      end = i + 1 < segments ? header_number(stream, i + 2) : stream.size();
    if (start < header_bytes || start > end || end > stream.size() ||
        !unpack_segment(stream.substr(start, end - start), pixels, bytes))
      fail(Status::format, "{}: segment {} of the DICOM file's RLE frame is not whole", where, i);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      std::uint16_t& sample = samples[pixel * channels + i / bytes_each];
      sample = static_cast<std::uint16_t>(sample << 8 | bytes[pixel]);
    }
  }
  return samples;
}

}  // namespace raygen::engine
