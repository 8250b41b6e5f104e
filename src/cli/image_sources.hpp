#pragma once
// The images that a command is given: files, folders, and tables that name them.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace raygen::cli {

struct SourceImage {
  std::string name;  // as it was given: a file's path, a name within the folder or of the table
  std::filesystem::path path;
};

/// Each source is an image, a CSV (.csv, .tsv, .txt) with a column img_savename, path, image,
/// filename or file, whose names are within its folder, or a folder: its images.csv, as `raygen
/// generate` writes it, or else the images in it by name. Throws Error(io | format | limit) naming
/// file and line, Error(invalid_argument) for no image at all.
std::vector<SourceImage> list_source_images(const std::vector<std::string>& sources);

}  // namespace raygen::cli
