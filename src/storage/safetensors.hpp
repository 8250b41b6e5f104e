#pragma once
// The safetensors format: an 8-byte length, a JSON header, raw tensors. Read by memory map, written
// whole or not at all.

#include "limits.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// Name → tensor, the only form in which weights travel between the rooms.
using TensorMap = std::map<std::string, at::Tensor>;

class MappedFile;

class SafetensorsFile {
 public:
  /// Maps the file and checks all of its header: lengths, offsets, overlaps, gaps, duplicate names,
  /// shapes. Throws Error(io | format | limit).
  static std::shared_ptr<SafetensorsFile> open(const std::filesystem::path& path,
                                               const Limits& limits = {});
  static std::shared_ptr<SafetensorsFile> open(std::shared_ptr<const MappedFile> bytes);

  struct Entry {
    at::ScalarType dtype;
    std::vector<std::int64_t> shape;
    std::size_t offset;  // from the start of the file
    std::size_t bytes;
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::filesystem::path& path() const;

  /// A view of the mapped bytes, which it keeps mapped; never write to it (the pages are
  /// read-only). Throws Error(format) when absent, Error(io) when the file has become shorter.
  at::Tensor tensor(const std::string& name) const;
  TensorMap tensors() const;

  /// Tells the kernel that the tensor's pages may leave memory; they come back from the file when
  /// read again.
  void release(const std::string& name) const;

  /// Throws Error(io) when the file has become shorter; tensor() asks for itself.
  void expect_whole() const;
  const std::byte* data() const;
  std::size_t size() const;

  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

 private:
  SafetensorsFile() = default;
  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Writes to a temporary name beside `path` and renames when whole. Tensors in the given order.
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace raygen::engine
