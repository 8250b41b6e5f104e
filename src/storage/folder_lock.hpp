#pragma once
// One writer a folder. The folder itself carries the lock: nothing is left behind by a process that
// is killed.

#include "error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace raygen::engine {

class FolderLock {
 public:
  /// Throws Error(io) when there is no such folder or another process has it. Where the file system
  /// has no locks there is none.
  explicit FolderLock(const std::filesystem::path& folder)
      : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0)
      fail(Status::io, "cannot open the folder {}: {}", folder.string(),
           std::generic_category().message(errno));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    ::close(descriptor_);
    fail(Status::io, "{}: another run is writing to this folder", folder.string());
  }
  ~FolderLock() { ::close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace raygen::engine
