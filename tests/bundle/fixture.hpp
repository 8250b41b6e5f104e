#pragma once

#include "../temporary_folder.hpp"
#include "byte_builders.hpp"
#include "error.hpp"
#include "storage/safetensors.hpp"

#include <ATen/ATen.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace raygen::engine {

namespace fs = std::filesystem;

inline void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
}

inline std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos)
    throw std::runtime_error("'" + from + "' is not there to be replaced");
  return text.replace(at, from.size(), to);
}

/// "format: …", "io: …" or "" when nothing was thrown.
template <typename Action>
std::string error_of(Action action) {
  static constexpr const char* names[] = {
      "",          "invalid_argument", "io",     "format",  "unsupported", "limit",
      "cancelled", "out_of_memory",    "device", "numeric", "internal"};
  try {
    action();
  } catch (const Error& error) {
    return std::string(names[static_cast<int>(error.status())]) + ": " + error.what();
  }
  return "";
}

inline TensorMap prefixed(const TensorMap& tensors, const std::string& prefix) {
  TensorMap all;
  for (const auto& [name, tensor] : tensors) all[prefix + name] = tensor;
  return all;
}

inline bool same(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && at::equal(a, b);
}

/// The bytes of a torch checkpoint: {wrap: {names: tensors}, …further}.
inline std::string checkpoint_bytes(const TensorMap& tensors, const std::string& wrap,
                                    std::vector<std::pair<std::string, std::string>> further = {}) {
  std::vector<std::pair<std::string, std::string>> items, storages;
  for (const auto& [name, tensor] : tensors) {
    const char* type = tensor.scalar_type() == at::kHalf       ? "HalfStorage"
                       : tensor.scalar_type() == at::kBFloat16 ? "BFloat16Storage"
                       : tensor.scalar_type() == at::kDouble   ? "DoubleStorage"
                       : tensor.scalar_type() == at::kLong     ? "LongStorage"
                                                               : "FloatStorage";
    const std::string key = std::to_string(storages.size());
    items.emplace_back(name, pickle::tensor(type, key, tensor.numel(), 0, tensor.sizes().vec(),
                                            tensor.strides().vec()));
    storages.emplace_back(
        key, std::string(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()));
  }
  std::string root = pickle::mapping(items);
  if (!wrap.empty()) {
    further.emplace_back(wrap, root);
    root = pickle::mapping(further);
  }
  return torch_zip_bytes(pickle::file(root), storages);
}

}  // namespace raygen::engine
