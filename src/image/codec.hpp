#pragma once
// What the room's files share: one decoder a format, and PNG's two text encodings.

#include "image/image.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace raygen::engine {

/// For messages.
inline constexpr std::string_view read_formats =
    "PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF and PSD";

/// A pixel as a sample whose white is `white`; NaN is black. In double, since float would round its
/// halves wrongly.
inline unsigned sample_of(float pixel, double white) {
  return static_cast<unsigned>((pixel > 0 ? std::min(pixel, 1.0F) : 0.0F) * white + 0.5);
}

/// What a file's samples are.
struct SampleDepth {
  int bits = 8;
  bool may_be_film = false;     // sixteen bits, of which a film may use fewer (film_depth.hpp)
  std::optional<int> declared;  // how many of them the file says are significant
};

/// A picture whose pixels are sample / the white of depth.bits: a film's bits are not spread yet.
struct Decoded {
  Image image;
  SampleDepth depth;
};

Decoded decode_png(std::string_view bytes, const std::string& where, const Limits& limits);
Image decode_jpeg(std::string_view bytes, const std::string& where, const Limits& limits);
Decoded decode_jpeg2000(std::string_view bytes, const std::string& where, const Limits& limits);
/// "DICM" after 128 bytes of anything or at once, or a beginning that only a data set has.
bool is_dicom(std::string_view bytes);
Decoded decode_dicom(std::string_view bytes, const std::string& where, const Limits& limits);

/// "P1" to "P7": PGM and PPM are read, the others are errors that name them.
bool is_pnm(std::string_view bytes);
Decoded decode_pnm(std::string_view bytes, const std::string& where, const Limits& limits);
/// BMP, GIF, PSD, or a TGA that is as long as its header says or has a TGA's footer.
bool is_stb_format(std::string_view bytes);
Decoded decode_stb_format(std::string_view bytes, const std::string& where, const Limits& limits);
/// Any of the formats. Throws as decode_image() does.
Decoded decode(std::string_view bytes, const std::string& where, const Limits& limits);
/// Throws Error(format | unsupported) that names what the bytes are, if it is known.
[[noreturn]] void refuse_format(std::string_view bytes, const std::string& where);
/// Full-range YCbCr of ITU-R BT.601 (JFIF, DICOM's YBR_FULL, sYCC) to RGB, all 0..1.
std::array<float, 3> rgb_of_ybr(const std::array<float, 3>& ybr);

/// Throws Error(limit) when width × height is more than limits.max_pixels.
void check_pixel_count(std::uint64_t width, std::uint64_t height, const std::string& where,
                       const Limits& limits);

/// A PNG of sixteen bits of which so many are significant, the low ones.
std::string encode_film_png(const Image& image, int bits);

std::string latin1_to_utf8(std::string_view text);
/// nullopt when a character is not in Latin-1. Throws Error(invalid_argument) naming `what` when
/// `text` is not UTF-8.
std::optional<std::string> utf8_to_latin1(std::string_view text, const std::string& what);

}  // namespace raygen::engine
