#pragma once

#include <raygen/image.hpp>

#include <cstdint>
#include <filesystem>

namespace raygen::cli {

/// An image and what its file says besides.
struct PngFile {
  Image image;
  std::int32_t bit_depth;  // 0: the file is no PNG
};
/// Throws Error(io | format | unsupported | limit) naming the file.
PngFile read_png(const std::filesystem::path& path);

}  // namespace raygen::cli
