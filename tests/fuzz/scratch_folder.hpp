#pragma once

#include "temporary_folder.hpp"

#include <fstream>
#include <string>
#include <string_view>

/// Files for readers that are given a folder.
class ScratchFolder {
 public:
  void write(const std::string& name, std::string_view bytes) const {
    const std::filesystem::path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};
