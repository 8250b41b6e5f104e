#pragma once
// The bytes of a file: a regular file, mapped read-only or, where it is small, read; or one that
// somebody has in memory.
//
// A mapping follows the file: whoever shortens the file while it is in use takes bytes away, and
// reading them ends the process (SIGBUS). A library installs no handler for that. So what is small
// is read, once, and stays as it was; and what is mapped is looked at before its bytes are used,
// which leaves a moment between the look and the use.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace raygen::engine {

class MappedFile {
 public:
  /// Files of at most that many bytes are read rather than mapped.
  static constexpr std::uint64_t kReadBytes = std::uint64_t{1} << 20;

  /// Throws Error(io) when it cannot be opened or is no regular file, Error(limit) when it has more
  /// than `max_bytes`.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path,
                                                std::uint64_t max_bytes);
  /// The same, where a file of at most `read_bytes` is read.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path,
                                                std::uint64_t max_bytes, std::uint64_t read_bytes);
  /// Bytes that stay where and as they are while `owner` lives. `name` is what messages call them.
  /// Throws Error(limit) when there are more than `max_bytes`.
  static std::shared_ptr<const MappedFile> lend(const std::string& name, const void* data,
                                                std::size_t size, std::shared_ptr<void> owner,
                                                std::uint64_t max_bytes);

  const std::filesystem::path& path() const { return path_; }
  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  /// Throws Error(io) when the file has become shorter than its mapping: to be asked before the
  /// bytes are used. Where another file has the path now, nothing is known.
  void expect_whole() const;

  /// Lets whole pages inside [offset, offset + bytes) leave memory; they come back from the file
  /// when read again. Bytes that were lent or read stay.
  void release(std::size_t offset, std::size_t bytes) const;

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

 private:
  MappedFile() = default;
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  enum class Kind { lent, read, mapped } kind_ = Kind::lent;
  std::filesystem::path absolute_;         // of a mapped file, wherever the host goes meanwhile
  std::uint64_t device_ = 0, number_ = 0;  // which file it is
  std::shared_ptr<void> owner_;            // of lent bytes
};

}  // namespace raygen::engine
