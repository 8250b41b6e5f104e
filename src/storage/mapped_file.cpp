#include "storage/mapped_file.hpp"

#include "error.hpp"
#include "files/descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace raygen::engine {

namespace {

void* map(std::size_t size, int protection, int flags, int descriptor,
          const std::filesystem::path& path) {
  void* data = ::mmap(nullptr, size, protection, MAP_PRIVATE | flags, descriptor, 0);
  if (data == MAP_FAILED && errno == ENOMEM) throw std::bad_alloc();
  if (data == MAP_FAILED)
    fail(Status::io, "cannot map {} ({} bytes): {}", path.string(), size,
         std::generic_category().message(errno));
  return data;
}

void read_all(int descriptor, std::byte* data, std::size_t size,
              const std::filesystem::path& path) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t bytes = ::pread(descriptor, data + done, size - done, static_cast<off_t>(done));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0)
      fail(Status::io, "cannot read {}: {}", path.string(), std::generic_category().message(errno));
    if (bytes == 0)
      fail(Status::io, "{} became shorter while it was read: {} of {} bytes", path.string(), done,
           size);
    done += static_cast<std::size_t>(bytes);
  }
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path,
                                                   std::uint64_t max_bytes) {
  return open(path, max_bytes, kReadBytes);
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path,
                                                   std::uint64_t max_bytes,
                                                   std::uint64_t read_bytes) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor)
    fail(Status::io, "cannot open {}: {}", path.string(), std::generic_category().message(errno));
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0)
    fail(Status::io, "cannot read {}: {}", path.string(), std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) fail(Status::io, "{} is not a regular file", path.string());
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > max_bytes)
    fail(Status::limit, "{} has {} bytes, the limit is {}", path.string(), size, max_bytes);

  auto file = std::shared_ptr<MappedFile>(new MappedFile);
  file->path_ = path;
  file->kind_ = size <= read_bytes ? Kind::read : Kind::mapped;
  if (size == 0) return file;
  const auto bytes = static_cast<std::size_t>(size);
  // Memory of its own begins at a page like a mapping: what is computed from it is the same.
  const bool read = file->kind_ == Kind::read;
  void* data = read ? map(bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS, -1, path)
                    : map(bytes, PROT_READ, 0, descriptor.number(), path);
  file->data_ = static_cast<const std::byte*>(data);
  file->size_ = bytes;  // from here on the destructor gives it back
  if (read) {
    read_all(descriptor.number(), static_cast<std::byte*>(data), bytes, path);
    ::mprotect(data, bytes, PROT_READ);
  } else {
    std::error_code unknown;  // in a folder that is gone
    file->absolute_ = std::filesystem::absolute(path, unknown);
    file->device_ = status.st_dev;
    file->number_ = status.st_ino;
  }
  return file;
}

std::shared_ptr<const MappedFile> MappedFile::lend(const std::string& name, const void* data,
                                                   std::size_t size, std::shared_ptr<void> owner,
                                                   std::uint64_t max_bytes) {
  if (size > max_bytes)
    fail(Status::limit, "{} has {} bytes, the limit is {}", name, size, max_bytes);
  auto file = std::shared_ptr<MappedFile>(new MappedFile);
  file->path_ = name;
  file->data_ = static_cast<const std::byte*>(data);
  file->size_ = size;
  file->owner_ = std::move(owner);
  return file;
}

MappedFile::~MappedFile() {
  if (kind_ != Kind::lent && size_ > 0) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::expect_whole() const {
  struct stat now {};
  if (kind_ != Kind::mapped || ::stat(absolute_.c_str(), &now) != 0) return;
  if (now.st_dev != device_ || now.st_ino != number_) return;
  if (static_cast<std::uint64_t>(now.st_size) < size_) {
    fail(Status::io,
         "{} has {} bytes now, {} when it was opened: a file that is in use must not be changed",
         path_.string(), now.st_size, size_);
  }
}

void MappedFile::release(std::size_t offset, std::size_t bytes) const {
  if (kind_ != Kind::mapped || offset > size_ || bytes > size_ - offset) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t first = (offset + page - 1) / page * page;
  const std::size_t end = offset + bytes == size_ ? size_ : (offset + bytes) / page * page;
  if (first < end) ::madvise(const_cast<std::byte*>(data_) + first, end - first, MADV_DONTNEED);
}

}  // namespace raygen::engine
