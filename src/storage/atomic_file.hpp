#pragma once
// A file that is there whole or not at all: written under a temporary name in the same folder,
// renamed by commit().

#include "error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace raygen::engine {

class AtomicFile {
 public:
  /// A link is followed: what it leads to is replaced. A device or a pipe is no place for a file.
  /// Throws Error(io).
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code code;
    const auto status = std::filesystem::status(path_, code);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      fail(Status::io, "cannot write {}: it is {}", path_.string(),
           std::filesystem::is_directory(status) ? "a folder" : "a device, a pipe or a socket");
    }
    if (const auto target = std::filesystem::canonical(path_, code); !code) path_ = target;
    static std::atomic<unsigned> counter{0};
    temporary_ = path_;
    temporary_ += formatted(".{}-{}.tmp", ::getpid(), counter++);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0) failed("create", errno);
  }
  ~AtomicFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) failed("write", errno);
      at += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  /// commit() for what took long to make: on the disk before it has its name, so that a power cut
  /// leaves the old file or the new one.
  void commit_durably() {
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS)
      failed("write", errno);  // some file systems have no fsync
    commit();
  }

  /// Renames to the final name; without it the temporary file is removed.
  void commit() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0) failed("close", errno);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) failed("rename to", errno);
    temporary_.clear();
  }

 private:
  [[noreturn]] void failed(const char* what, int code) const {
    fail(Status::io, "cannot {} {}: {}", what, path_.string(), std::strerror(code));
  }

  std::filesystem::path path_, temporary_;
  int descriptor_ = -1;
};

}  // namespace raygen::engine
