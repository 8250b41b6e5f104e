#pragma once
// A folder that is there whole or not at all: filled under a temporary name beside the final one,
// renamed when whole.

#include "files/atomic_file.hpp"

#include <filesystem>

namespace raygen {

class AtomicFolder {
 public:
  /// Makes the temporary folder. Whether what has the name may be replaced is the caller's to know.
  AtomicFolder(std::filesystem::path path, WriteFailed failed);
  /// Without a commit, the temporary folder is removed with all that is in it.
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  /// Where its files are written until it is committed.
  const std::filesystem::path& temporary() const { return temporary_; }

  /// Puts it in the place of a folder of that name, which is removed and passes its permissions on,
  /// or of nothing. Its list of files is on the disk before it has the name, and the name before
  /// this returns. Where the file system cannot exchange two names, a moment passes without either
  /// folder.
  void commit();

 private:
  [[noreturn]] void fail(const std::string& what, int code) const;
  void replace();

  std::filesystem::path path_, temporary_;
  WriteFailed failed_;
  bool committed_ = false;
};

}  // namespace raygen
