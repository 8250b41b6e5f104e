#include "files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace raygen {

namespace {

namespace fs = std::filesystem;

constexpr int kAttempts = 64;   // a random name of 64 bits is taken as good as never
constexpr int kMostLinks = 40;  // as the kernel

std::string reason(int code) { return std::generic_category().message(code); }

/// Random bits. A kernel or a sandbox without getrandom gives others that differ from call to call
/// and, most likely, from process to process: a name that is taken is no fault, only a second try.
std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, GRND_NONBLOCK) == sizeof bits) return bits;
  static std::atomic<std::uint64_t> calls{0};
  bits = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  bits ^= static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())
          << 20;
  return (bits ^ static_cast<std::uint64_t>(::getpid()) << 40) + 0x9e3779b97f4a7c15U * calls++;
}

/// The file itself, where `path` is a link to one that may not be there yet.
fs::path without_links(fs::path path, std::error_code& code) {
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, code)); ++links) {
    if (links == kMostLinks) code = std::make_error_code(std::errc::too_many_symbolic_link_levels);
    const fs::path target = code ? fs::path() : fs::read_symlink(path, code);
    if (code) return path;
    path = path.parent_path() / target;  // an absolute target replaces all
  }
  code.clear();  // what is not there is no error
  return path;
}

/// Whether an error of fsync means that the file system has none.
bool knows_no_sync(int code) {
  return code == EINVAL || code == EROFS || code == ENOTSUP || code == ENOSYS;
}

/// 0 or the error's number.
int sync(int descriptor) {
  while (::fsync(descriptor) != 0) {
    if (errno != EINTR) return knows_no_sync(errno) ? 0 : errno;
  }
  return 0;
}

/// The same for a folder, of which `descriptor` may be no more than a place.
int sync_names(int folder) {
  Descriptor readable(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return readable ? sync(readable.number()) : 0;
}

Descriptor open_folder(const fs::path& folder) {
  // A place only: a folder may be written to that may not be read.
  return Descriptor(
      ::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

std::string temporary_name(const std::string& name) {
  constexpr std::size_t most = 100;  // of 255, and of the 143 of encrypted file systems
  std::size_t length = name.size();
  if (length > most) {
    length = most;
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xc0) == 0x80)
      --length;  // no half of a UTF-8 sequence
  }
  char random[17];
  std::snprintf(random, sizeof random, "%016llx", static_cast<unsigned long long>(random_bits()));
  return name.substr(0, length).append(".").append(random).append(".tmp");
}

bool is_temporary_name(std::string_view name) {
  constexpr std::string_view end = ".tmp", digits = "0123456789abcdef";
  constexpr std::size_t random = 16;
  if (name.size() < random + end.size() + 1 || !name.ends_with(end)) return false;
  name.remove_suffix(end.size());
  return name[name.size() - random - 1] == '.' &&
         name.substr(name.size() - random).find_first_not_of(digits) == name.npos;
}

void sync_folder(const fs::path& folder, WriteFailed failed) {
  const Descriptor opened = open_folder(folder);
  const int code = opened ? sync_names(opened.number()) : errno;
  if (code != 0) failed("cannot write the folder " + folder.string() + ": " + reason(code));
}

void remove_unfinished(const fs::path& folder, fs::file_type type,
                       const std::function<bool(const std::string&)>& is_ours) {
  std::vector<fs::path> unfinished;
  std::error_code ignored;  // there may be no folder yet, or somebody else may remove them
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    std::error_code gone;
    if (is_ours(entry->path().filename().string()) && entry->symlink_status(gone).type() == type)
      unfinished.push_back(entry->path());
  }
  for (const auto& path : unfinished) fs::remove_all(path, ignored);
}

void remove_unfinished(const fs::path& folder, fs::file_type type, const std::string& prefix) {
  remove_unfinished(folder, type, [&](const std::string& name) {
    return name.starts_with(prefix) && fs::path(name).extension() == ".tmp";
  });
}

AtomicFile::AtomicFile(const fs::path& path, WriteFailed failed) : path_(path), failed_(failed) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (fs::is_directory(status)) fail("write", "it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status))
    fail("write", "it is a device, a pipe or a socket");
  const fs::path target = without_links(path, code);
  if (code) fail("create", code.message());
  name_ = target.filename().string();
  if (name_.empty()) fail("create", "it names no file");
  folder_ = open_folder(target.parent_path());
  if (!folder_) fail("create", errno);
  open_temporary();
  try {
    take_permissions();
  } catch (...) {
    ::unlinkat(folder_.number(), temporary_.c_str(), 0);  // there will be no destructor
    throw;
  }
}

AtomicFile::~AtomicFile() {
  file_.close();
  if (!temporary_.empty()) ::unlinkat(folder_.number(), temporary_.c_str(), 0);
}

void AtomicFile::open_temporary() {
  for (int attempt = 1;; ++attempt) {
    temporary_ = temporary_name(name_);
    file_ = Descriptor(::openat(folder_.number(), temporary_.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file_) return;
    if ((errno != EEXIST && errno != EINTR) || attempt == kAttempts) fail("create", errno);
  }
}

void AtomicFile::take_permissions() {
  struct stat there {};
  if (::fstatat(folder_.number(), name_.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) fail("create", errno);  // such as a name that is too long
    return;
  }
  // Some file systems know no permissions.
  [[maybe_unused]] const int ignored = ::fchmod(file_.number(), there.st_mode & 0777);
}

void AtomicFile::write(const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(file_.number(), at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", written < 0 ? errno : EIO);
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  if (const int code = file_.close(); code != 0) fail("write", code);  // a full disk of a server
  if (::renameat(folder_.number(), temporary_.c_str(), folder_.number(), name_.c_str()) != 0)
    fail("rename to", errno);
  temporary_.clear();
}

void AtomicFile::commit_durably() {
  if (const int code = sync(file_.number()); code != 0) fail("write", code);
  commit();
  if (const int code = sync_names(folder_.number()); code != 0) fail("write", code);
}

void AtomicFile::fail(const char* what, const std::string& why) const {
  const std::string message = std::string("cannot ") + what + " " + path_.string() + ": " + why;
  failed_(message);
  throw std::runtime_error(message);  // failed_ has thrown
}

void AtomicFile::fail(const char* what, int code) const { fail(what, reason(code)); }

}  // namespace raygen
