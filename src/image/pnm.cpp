// Netpbm's grey and colour maps, PGM and PPM, binary and plain. stb_image has a reader too, but it
// leaves 16-bit samples in the file's byte order, does not look at the largest value, and cannot
// tell that a file ends early.

#include "error.hpp"
#include "image/codec.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace raygen::engine {
namespace {

constexpr std::uint64_t largest_number = 0x7fffffff;

class PnmReader {
 public:
  PnmReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}
  Decoded read(const Limits& limits);

 private:
  static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  /// A number behind any white space and comments.
  std::uint64_t number(const char* what) {
    while (at_ < bytes_.size() && (is_space(bytes_[at_]) || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#')
        at_ = std::min(bytes_.find_first_of("\r\n", at_), bytes_.size());
      else
        ++at_;
    }
    if (at_ == bytes_.size()) fail(Status::format, "{}: it ends before its {}", where_, what);
    std::uint64_t value = 0;
    const std::size_t first = at_;
    for (; at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9'; ++at_)
      value = std::min(value * 10 + static_cast<std::uint64_t>(bytes_[at_] - '0'), largest_number);
    if (at_ == first)
      fail(Status::format, "{}: not a valid PGM or PPM image: no number at its {}", where_, what);
    return value;
  }
  std::uint64_t binary_sample(bool two_bytes) {
    std::uint64_t value = static_cast<unsigned char>(bytes_[at_++]);
    if (two_bytes) value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
    return value;
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
};

Decoded PnmReader::read(const Limits& limits) {
  const char kind = bytes_[1];
  if (kind == '1' || kind == '4' || kind == '7')
    fail(Status::unsupported, "{}: a {} image is not read: PGM or PPM (P2, P3, P5, P6)", where_,
         kind == '7' ? "PAM (P7)" : "black-and-white PBM");
  at_ = 2;
  const std::uint64_t width = number("width"), height = number("height"),
                      white = number("largest value");
  if (width == 0 || height == 0)
    fail(Status::format, "{}: the image is {} x {} pixels", where_, width, height);
  if (white == 0 || white > 65535)
    fail(Status::format, "{}: its largest value is {}; 1 to 65535 was expected", where_, white);
  check_pixel_count(width, height, where_, limits);
  const bool plain = kind == '2' || kind == '3', two_bytes = white > 255;
  Image image;
  image.width = static_cast<std::int64_t>(width);
  image.height = static_cast<std::int64_t>(height);
  image.channels = kind == '3' || kind == '6' ? 3 : 1;
  const std::uint64_t samples = width * height * static_cast<std::uint64_t>(image.channels);
  if (!plain) {
    if (at_ == bytes_.size() || !is_space(bytes_[at_]))
      fail(Status::format, "{}: no white space behind the largest value", where_);
    ++at_;
  }
  // A plain sample is one digit, and a space but for the last one.
  const std::uint64_t least = plain ? 2 * samples - 1 : samples * (two_bytes ? 2 : 1);
  if (bytes_.size() - at_ < least)
    fail(Status::format, "{}: {} bytes of pixels, {} x {} pixels need {}", where_,
         bytes_.size() - at_, width, height, least);
  image.pixels.reserve(samples);
  for (std::uint64_t i = 0; i < samples; ++i) {
    const std::uint64_t value = plain ? number("last pixel") : binary_sample(two_bytes);
    image.pixels.push_back(static_cast<float>(std::min(value, white)) / static_cast<float>(white));
  }
  // 65535 is what most programs write, whatever the detector had; any other number means something.
  return {std::move(image), {two_bytes ? 16 : 8, white == 65535, std::nullopt}};
}

}  // namespace

bool is_pnm(std::string_view bytes) {
  constexpr std::string_view separators = " \t\n\v\f\r#";
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
         separators.find(bytes[2]) != std::string_view::npos;
}

Decoded decode_pnm(std::string_view bytes, const std::string& where, const Limits& limits) {
  return PnmReader(bytes, where).read(limits);
}

}  // namespace raygen::engine
