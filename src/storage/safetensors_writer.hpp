#pragma once
// Safetensors written tensor by tensor, so that a file never needs to be in memory whole.

#include "storage/atomic_file.hpp"
#include "storage/sha256.hpp"
#include "storage/tensor_spec.hpp"

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

namespace raygen::engine {

/// F32, BF16, …; Error(unsupported) for a type that safetensors has no name for.
std::string safetensors_dtype(at::ScalarType type);

class SafetensorsWriter {
 public:
  struct Item {
    TensorSpec spec;
    at::ScalarType dtype;
  };
  SafetensorsWriter(const std::filesystem::path& path, std::vector<Item> items,
                    const std::map<std::string, std::string>& metadata);

  /// The next item's values, with its shape and type. On any device, any strides.
  void write(const at::Tensor& tensor);
  /// After the last item: renames the file to its name.
  void commit();

  std::uint64_t bytes() const { return bytes_; }
  std::string sha256() { return sum_.hex(); }

 private:
  void put(const void* data, std::size_t size);

  AtomicFile file_;
  std::string path_;
  Sha256 sum_;
  std::vector<Item> items_;
  std::size_t next_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace raygen::engine
