#pragma once

#include "dataset/prepare.hpp"
#include "image/fixture.hpp"
#include "image/image.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace raygen::engine {

inline void write_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// A grey square of one value.
inline Image square(float value, std::int64_t side = 8, std::int64_t channels = 1) {
  return {side,
          side,
          channels,
          std::vector<float>(static_cast<std::size_t>(side * side * channels), value),
          {}};
}

inline void write_image(const std::filesystem::path& path, const Image& image, int bit_depth = 8) {
  std::filesystem::create_directories(path.parent_path());
  write_png(image, path, bit_depth);
}

/// Name → content of all files of a folder.
inline std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_bytes(entry.path());
  }
  return files;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace raygen::engine
