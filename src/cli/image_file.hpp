#pragma once
// Images that the command is given, with what only their files tell.

#include <raygen/image.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace raygen::cli {

struct ImageFile {
  std::string bytes;
  Image image;
};
/// Throws Error(io | format | unsupported | limit) naming the file.
ImageFile read_image_file(const std::filesystem::path& path);

/// 8 or 16, of a PNG's bytes; 0: the bytes are no PNG.
std::int32_t png_bit_depth(const std::string& bytes);

}  // namespace raygen::cli
