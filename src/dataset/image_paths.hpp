#pragma once
// From what a table says to an image's file. A table may come from anywhere, the folder is the
// caller's: what a table says may not lead out of it, what the folder links to may.

#include "dataset/known_tables.hpp"

#include <filesystem>
#include <string>

namespace raygen::engine {

struct ImageFile {
  std::filesystem::path file;  // within the root
  std::filesystem::path real;  // without links: the same for all that lead to one file
};

/// Where a path of a table leads. Throws Error(format) when it is empty, absolute, leads out of the
/// root by "..", or goes through a linked folder that is outside; the image itself may be a link to
/// anywhere. `root` is canonical.
ImageFile image_within(const std::filesystem::path& root, const std::string& path);

/// The same for a path that may be written as Windows does, or that a known table names without its
/// folder or suffix.
ImageFile image_of(const std::filesystem::path& root, const std::string& path,
                   const KnownTable* known);

bool file_is_there(const std::filesystem::path& path);
/// Whether a path ends as images' names do.
bool looks_like_image(const std::string& path);

}  // namespace raygen::engine
