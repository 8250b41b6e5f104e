#pragma once

#include "limits.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Pixels as float 0..1, rows from the top, channels interleaved: [height][width][channels],
/// channels 1 (grey) or 3 (RGB).
struct Image {
  std::int64_t width = 0, height = 0, channels = 0;
  std::vector<float> pixels;
  std::map<std::string, std::string> text;  // PNG text chunks: keyword → UTF-8
};

/// PNG (1 to 16 bits, grey, RGB, palette), JPEG (grey, RGB), JPEG 2000 (JP2 or codestream, up to 16
/// bits), DICOM (one frame; uncompressed, JPEG, JPEG-LS, JPEG 2000 or RLE), BMP, PGM and PPM, TGA,
/// GIF (one picture) or PSD (RGB), told by content. Alpha is dropped over black. A PNG or JPEG is
/// turned as its EXIF says. Of sixteen bits, those that are used are spread: film_depth.hpp. A
/// DICOM image is as a viewer shows it: docs/datasets.md has the rules. Throws Error(io | format |
/// limit | unsupported).
Image read_image(const std::filesystem::path& path, const Limits& limits);
/// The same from memory; `where` names the source in errors.
Image decode_image(std::string_view bytes, const std::string& where, const Limits& limits);

/// PNG of 8 or 16 bits with the image's text as iTXt/tEXt chunks, values rounded to nearest and
/// clamped to 0..1. Temporary name, then rename. `declare_bits`: an image of 16 bits that a reader
/// would take for a film of fewer (film_depth.hpp) says that it means them all, in sBIT.
void write_png(const Image& image, const std::filesystem::path& path, int bit_depth,
               bool declare_bits = false);
std::string encode_png(const Image& image, int bit_depth, bool declare_bits = false);
/// What the two above would refuse of an image's text. Throws Error(invalid_argument).
void check_png_text(const std::string& keyword, const std::string& text);

/// Mean of the channels.
Image to_grey(const Image& image);

}  // namespace raygen::engine
