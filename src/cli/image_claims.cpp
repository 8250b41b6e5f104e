#include "image_claims.hpp"

#include "files/atomic_file.hpp"

#include <raygen/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace raygen::cli {
namespace {

// The byte of an image is its index, folded: two images on one byte only wait for each other.
constexpr std::int64_t image_bytes = std::int64_t{1} << 62;
// Whoever writes into the folder shares this one; the last has it alone.
constexpr std::int64_t presence = image_bytes;

std::int64_t byte_of(std::uint64_t image) {
  return static_cast<std::int64_t>(image % static_cast<std::uint64_t>(image_bytes));
}

bool is_taken(int code) { return code == EAGAIN || code == EACCES; }

[[noreturn]] void fail(const std::filesystem::path& path, int code) {
  throw Error(Status::io,
              "cannot lock " + path.string() + ": " + std::generic_category().message(code));
}

/// A file that this command was writing: an image, its sidecar, or a list of them.
bool is_unfinished(const std::string& name) {
  return is_temporary_name(name) &&
         ((name[0] >= '0' && name[0] <= '9') || name.starts_with("images.csv") ||
          name.starts_with("data_info.json") || name.starts_with("sheet.svg"));
}

bool is_same_file(int descriptor, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

ImageClaims::ImageClaims(const std::filesystem::path& folder)
    : folder_(folder), path_(folder / ".raygen.lock") {
  do {
    file_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file_) fail(path_, errno);
    lock(F_RDLCK, presence, /*wait=*/true);
  } while (locks_ && !is_same_file(file_.number(), path_));  // the last of the others removed it
  if (!locks_) {
    ::unlink(path_.c_str());
  } else if (lock(F_WRLCK, presence, /*wait=*/false)) {
    remove_unfinished(folder_, std::filesystem::file_type::regular, is_unfinished);
    lock(F_RDLCK, presence, /*wait=*/false);
  }
}

/// Leaves before it looks whether it was the last: of two that leave together one is.
ImageClaims::~ImageClaims() {
  if (!locks_) return;
  try {
    lock(F_UNLCK, presence, /*wait=*/false);
    if (!lock(F_WRLCK, presence, /*wait=*/false) || !is_same_file(file_.number(), path_)) return;
  } catch (const Error&) {
    return;  // the next run removes the file
  }
  remove_unfinished(folder_, std::filesystem::file_type::regular, is_unfinished);
  ::unlink(path_.c_str());
}

bool ImageClaims::take(std::uint64_t image) { return lock(F_WRLCK, byte_of(image), false); }

void ImageClaims::give_back(std::uint64_t image) { lock(F_UNLCK, byte_of(image), false); }

/// A lock of the open file, which no other descriptor of this process takes away.
bool ImageClaims::lock(short kind, std::int64_t byte, bool wait) {
  if (!locks_) return true;
  struct flock range {};
  range.l_type = kind;
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  while (::fcntl(file_.number(), wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) != 0) {
    if (errno == EINTR) continue;
    if (is_taken(errno)) return false;
    if (errno != EINVAL && errno != ENOLCK && errno != ENOSYS && errno != ENOTSUP)
      fail(path_, errno);
    locks_ = false;
    return true;
  }
  return true;
}

}  // namespace raygen::cli
