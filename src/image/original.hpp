#pragma once
// Images that go back into the geometry and depth of the file that they were made from.

#include "image/image.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace raygen::engine {

/// The bytes of a file that decode_image() is to read. Throws Error(io | limit).
std::string read_image_bytes(const std::filesystem::path& path, const Limits& limits);

/// Where an image lies that was made from another one's file, and is larger if it was outpainted.
struct PngOriginal {
  std::string_view bytes;          // any file that decode_image() reads
  std::int64_t left = 0, top = 0;  // pixel of the image where the original's first pixel is
};

/// A PNG of the original's depth: 8 bits, or 16 if its samples have more. Where a pixel is still
/// the original's, the original's own sample is written, also that of a film of fewer bits than its
/// samples have (film_depth.hpp): the others get the same white, and sBIT says so. Throws
/// Error(invalid_argument) when the original does not lie inside the image, and what decode_image()
/// throws.
std::string encode_png_like(const Image& image, const PngOriginal& original, const Limits& limits);

}  // namespace raygen::engine
