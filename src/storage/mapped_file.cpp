#include "storage/mapped_file.hpp"

#include "error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace raygen::engine {

namespace {

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path,
                                                   std::uint64_t max_bytes) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0)
    fail(Status::io, "cannot open {}: {}", path.string(), std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor.number, &status) != 0)
    fail(Status::io, "cannot read {}: {}", path.string(), std::strerror(errno));
  if (!S_ISREG(status.st_mode)) fail(Status::io, "{} is not a regular file", path.string());
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > max_bytes)
    fail(Status::limit, "{} has {} bytes, the limit is {}", path.string(), size, max_bytes);

  auto file = std::shared_ptr<MappedFile>(new MappedFile);
  file->path_ = path;
  file->size_ = static_cast<std::size_t>(size);
  if (size == 0) return file;
  void* data = ::mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (data == MAP_FAILED)
    fail(Status::io, "cannot map {} ({} bytes): {}", path.string(), size, std::strerror(errno));
  file->data_ = static_cast<const std::byte*>(data);
  file->mapped_ = true;
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
  if (mapped_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::release(std::size_t offset, std::size_t bytes) const {
  if (!mapped_ || offset > size_ || bytes > size_ - offset) return;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t first = (offset + page - 1) / page * page;
  const std::size_t end = offset + bytes == size_ ? size_ : (offset + bytes) / page * page;
  if (first < end) ::madvise(const_cast<std::byte*>(data_) + first, end - first, MADV_DONTNEED);
}

}  // namespace raygen::engine
