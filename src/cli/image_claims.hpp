#pragma once
// Several processes fill one folder and make no image twice.

#include "files/descriptor.hpp"

#include <cstdint>
#include <filesystem>

namespace raygen::cli {

/// Who makes which image of a folder. A claim is a lock on one byte of a file in the folder, so the
/// system takes it back when a process ends, however that ends. Where the file system has no locks,
/// every claim is granted.
class ImageClaims {
 public:
  /// Joins those who write into the folder. The first of them removes what a run that was killed
  /// was writing. Throws Error(io).
  explicit ImageClaims(const std::filesystem::path& folder);
  /// The last of them removes the file.
  ~ImageClaims();
  ImageClaims(const ImageClaims&) = delete;
  ImageClaims& operator=(const ImageClaims&) = delete;

  /// False when another process has it. Throws Error(io).
  bool take(std::uint64_t image);
  void give_back(std::uint64_t image);

 private:
  bool lock(short kind, std::int64_t byte, bool wait);

  std::filesystem::path folder_, path_;
  Descriptor file_;
  bool locks_ = true;  // whether the file system has any
};

}  // namespace raygen::cli
