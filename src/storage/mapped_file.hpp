#pragma once
// The bytes of a file: a regular file, mapped read-only, or one that somebody has in memory.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace raygen::engine {

class MappedFile {
 public:
  /// Throws Error(io) when it cannot be opened or is no regular file, Error(limit) when it has more
  /// than `max_bytes`.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path,
                                                std::uint64_t max_bytes);
  /// Bytes that stay where and as they are while `owner` lives. `name` is what messages call them.
  /// Throws Error(limit) when there are more than `max_bytes`.
  static std::shared_ptr<const MappedFile> lend(const std::string& name, const void* data,
                                                std::size_t size, std::shared_ptr<void> owner,
                                                std::uint64_t max_bytes);

  const std::filesystem::path& path() const { return path_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  /// Lets whole pages inside [offset, offset + bytes) leave memory; they come back from the file
  /// when read again. Lent bytes stay.
  void release(std::size_t offset, std::size_t bytes) const;

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

 private:
  MappedFile() = default;
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool mapped_ = false;
  std::shared_ptr<void> owner_;  // of lent bytes
};

}  // namespace raygen::engine
