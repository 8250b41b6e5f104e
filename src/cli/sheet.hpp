#pragma once
// All images of a run on one page, each with its sentence below: an SVG with PNGs inside.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace raygen::cli {

struct LabelledImage {
  std::filesystem::path file;
  std::string label;  // UTF-8
};

/// Throws Error(limit) when so many images would not make a page that can be looked at.
void check_sheet(std::size_t images);

/// `size`: of the images, which are square, in pixels. Throws Error(io | format) when a file cannot
/// be read.
std::string labelled_sheet(const std::vector<LabelledImage>& images, std::int32_t size);

}  // namespace raygen::cli
