#pragma once
// Where a bundle's files come from: a folder, or the host's memory.

#include "storage/mapped_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace raygen::engine {

class FileSource {
 public:
  virtual ~FileSource() = default;
  /// What messages call the whole.
  virtual const std::string& where() const = 0;
  virtual bool has(const std::string& name) const = 0;
  /// Throws Error(io | format) when it is not there, Error(limit) when it has more than
  /// `max_bytes`.
  virtual std::shared_ptr<const MappedFile> open(const std::string& name,
                                                 std::uint64_t max_bytes) const = 0;
};

/// Files that lie in the folder or in its Hugging Face cache; other links are an Error(format).
class FolderSource final : public FileSource {
 public:
  /// Throws Error(io | format) when `folder` is not one with a raygen.json.
  explicit FolderSource(std::filesystem::path folder);
  const std::string& where() const override { return where_; }
  bool has(const std::string& name) const override;
  std::shared_ptr<const MappedFile> open(const std::string& name,
                                         std::uint64_t max_bytes) const override;

 private:
  std::filesystem::path folder_;
  std::string where_;
};

/// Bytes that somebody else has in memory.
struct LentFile {
  std::string name;
  const void* data = nullptr;
  std::size_t size = 0;
};

/// Nothing is copied. `owner` lives as long as any file that was opened, and the source.
class MemorySource final : public FileSource {
 public:
  /// Throws Error(format) when a name is there twice, or raygen.json is not.
  MemorySource(const std::vector<LentFile>& files, std::shared_ptr<void> owner);
  const std::string& where() const override { return where_; }
  bool has(const std::string& name) const override { return files_.count(name) != 0; }
  std::shared_ptr<const MappedFile> open(const std::string& name,
                                         std::uint64_t max_bytes) const override;

 private:
  std::map<std::string, LentFile> files_;
  std::shared_ptr<void> owner_;
  std::string where_ = "the model in memory";
};

}  // namespace raygen::engine
