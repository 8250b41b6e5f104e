#include "files/atomic_folder.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace raygen {

namespace {

namespace fs = std::filesystem;

fs::path beside(const fs::path& path) {
  return path.parent_path() / temporary_name(path.filename().string());
}

}  // namespace

AtomicFolder::AtomicFolder(fs::path path, WriteFailed failed)
    : path_(std::move(path)), failed_(failed) {
  for (int attempt = 1;; ++attempt) {
    temporary_ = beside(path_);
    if (::mkdir(temporary_.c_str(), 0777) == 0) return;
    constexpr int attempts = 64;
    if (errno != EEXIST || attempt == attempts)
      fail("cannot create the folder " + path_.string(), errno);
  }
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::commit() {
  sync_folder(temporary_, failed_);
  struct stat there {};
  if (::lstat(path_.c_str(), &there) == 0) {
    // Some file systems know no permissions.
    [[maybe_unused]] const int ignored = ::chmod(temporary_.c_str(), there.st_mode & 07777);
    replace();
  } else if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail("cannot rename " + temporary_.string() + " to " + path_.string(), errno);
  }
  committed_ = true;
  sync_folder(path_.parent_path(), failed_);
}

void AtomicFolder::replace() {
  std::error_code ignored;
  if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(temporary_, ignored);
    return;
  }
  const fs::path aside = beside(path_);
  if (::rename(path_.c_str(), aside.c_str()) != 0)
    fail("cannot rename " + path_.string() + " to " + aside.string(), errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int code = errno;
    if (::rename(aside.c_str(), path_.c_str()) != 0)
      fail("cannot replace " + path_.string() + ", which is now " + aside.string(), code);
    fail("cannot replace " + path_.string(), code);
  }
  fs::remove_all(aside, ignored);
}

void AtomicFolder::fail(const std::string& what, int code) const {
  const std::string message = what + ": " + std::generic_category().message(code);
  failed_(message);
  throw std::runtime_error(message);  // failed_ has thrown
}

}  // namespace raygen
