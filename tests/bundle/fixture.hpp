#pragma once

#include "../temporary_folder.hpp"
#include "bundle/architecture.hpp"
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

inline Architecture small_architecture() {
  Architecture all;
  all.text.vocabulary = 120;
  all.text.hidden = 16;
  all.text.layers = 2;
  all.text.heads = 4;
  all.text.head_dim = 4;
  all.text.intermediate = 24;
  all.text.positions = all.text.length = 32;
  all.text.projection = 8;
  all.vqgan.resolution = 8;
  all.vqgan.channels = 32;
  all.vqgan.channel_multipliers = {1, 2};
  all.vqgan.residual_blocks = 1;
  all.vqgan.encoder_attention = all.vqgan.decoder_attention = {false, true};
  all.vqgan.z_channels = all.vqgan.embedding = 8;
  all.vqgan.codebook = 20;
  all.decoder.tokens = 16;
  all.decoder.codebook = 20;
  all.decoder.hidden = 24;
  all.decoder.intermediate = 20;
  all.decoder.layers = 2;
  all.decoder.heads = 8;
  all.decoder.text_hidden = 16;
  all.decoder.text_projector = true;
  return all;
}

template <typename Part>
TensorMap random_tensors(const Part& architecture, at::ScalarType dtype = at::kFloat) {
  TensorMap tensors;
  for (const TensorSpec& spec : tensor_specs(architecture))
    tensors[spec.name] = at::randn(spec.shape).to(dtype);
  return tensors;
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
