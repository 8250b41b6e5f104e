#include "image/orientation.hpp"

#include "image/number_at.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace raygen::engine {
namespace {

constexpr int upright = 1;
constexpr std::size_t largest_profile = 1 << 20;

/// TIFF's numbers, in the byte order that its first bytes tell.
class Tiff {
 public:
  explicit Tiff(std::string_view bytes) : bytes_(bytes) {
    little_ = bytes.starts_with(std::string_view("II*\0", 4));
    valid_ = little_ || bytes.starts_with(std::string_view("MM\0*", 4));
  }
  bool valid() const { return valid_; }
  std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return std::nullopt;
    return number_at(bytes_, at, size, little_);
  }

 private:
  std::string_view bytes_;
  bool little_ = false, valid_ = false;
};

}  // namespace

int exif_orientation(std::string_view exif) {
  if (exif.starts_with(exif_prefix))
    exif.remove_prefix(std::min(exif.size(), exif_prefix.size() + 1));
  const Tiff tiff(exif);
  const auto directory = tiff.number(4, 4);
  if (!tiff.valid() || !directory) return upright;
  const auto count = tiff.number(*directory, 2);
  if (!count) return upright;
  constexpr std::size_t entry_bytes = 12;
  constexpr std::uint32_t orientation_tag = 0x0112, type_short = 3, type_long = 4;
  for (std::size_t i = 0; i < *count; ++i) {
    const std::size_t entry = std::size_t{*directory} + 2 + i * entry_bytes;
    const auto tag = tiff.number(entry, 2), type = tiff.number(entry + 2, 2);
    if (!tag || !type) return upright;
    if (*tag != orientation_tag) continue;
    if (*type != type_short && *type != type_long) return upright;
    const auto value = tiff.number(entry + 8, *type == type_short ? 2 : 4);
    return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : upright;
  }
  return upright;
}

int text_profile_orientation(std::string_view text) {
  if (text.size() > largest_profile) return upright;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  // An empty line, the profile's name, its length in bytes, then the bytes.
  constexpr std::string_view space = " \n\r\t";
  for (int word = 0; word < 2; ++word) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(space)));
    text.remove_prefix(std::min(text.size(), text.find_first_of(space)));
  }
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    const int value = digit(c);
    if (value < 0 && space.find(c) != std::string_view::npos) continue;
    if (value < 0) return upright;
    if (high < 0) {
      high = value;
    } else {
      bytes += static_cast<char>(high << 4 | value);
      high = -1;
    }
  }
  return exif_orientation(bytes);
}

Image turned(Image image, int orientation) {
  if (orientation <= upright || orientation > 8) return image;
  const bool sideways = orientation >= 5;
  // Of the turned picture: which end of the original's rows and columns its left and top are.
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image out;
  out.width = sideways ? image.height : image.width;
  out.height = sideways ? image.width : image.height;
  out.channels = image.channels;
  out.text = std::move(image.text);
  out.pixels.reserve(image.pixels.size());
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const std::int64_t column = sideways ? y : x, row = sideways ? x : y;
      const std::int64_t from_x = from_right ? image.width - 1 - column : column,
                         from_y = from_bottom ? image.height - 1 - row : row;
      const auto* pixel = image.pixels.data() + (from_y * image.width + from_x) * image.channels;
      out.pixels.insert(out.pixels.end(), pixel, pixel + image.channels);
    }
  }
  return out;
}

}  // namespace raygen::engine
