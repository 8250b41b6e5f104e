#pragma once
// Indices of training sets made by hand.

#include "memorisation/index_format.hpp"
#include "memorisation/thumbnail.hpp"
#include "memorisation/training_index.hpp"
#include "storage/safetensors.hpp"
#include "temporary_folder.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

inline at::Tensor sixteen_bits(const at::Tensor& tokens) {  // of 0..65535, contiguous
  const at::Tensor wide = tokens.to(at::kLong).contiguous();
  at::Tensor result = at::empty(wide.sizes(), at::kUInt16);
  std::transform(wide.const_data_ptr<std::int64_t>(),
                 wide.const_data_ptr<std::int64_t>() + wide.numel(),
                 result.mutable_data_ptr<std::uint16_t>(),
                 [](std::int64_t token) { return static_cast<std::uint16_t>(token); });
  return result;
}

/// What a file of an index holds: in the beginning three images of 2 × 2 tokens out of 40, whose
/// ids are the bytes 1, 2 and 3.
struct MadeIndex {
  TrainingIndexManifest manifest;
  std::map<std::string, at::Tensor> tensors;
  std::string json;  // instead of the manifest's; empty: that

  MadeIndex() {
    manifest.generator = "a test";
    manifest.tokenizer_sha256 = std::string(64, 'a');
    manifest.extractor = kThumbnailExtractor;
    manifest.images = 3;
    manifest.grid = 2;
    manifest.codebook = 40;
    manifest.resolution = 16;
    manifest.held_out = 10;
    manifest.quantile = 0.1;
    manifest.thresholds = {0.6, 0.2, 0.5};
    manifest.salt = std::string(64, '0');
    tensors["tokens"] = sixteen_bits(at::arange(12, at::kLong).view({3, 4}));
    tensors["features"] =
        at::cat({at::eye(3, at::kFloat), at::zeros({3, kThumbnailSize - 3}, at::kFloat)}, 1);
    tensors["ids"] = at::arange(1, 4, at::kByte).unsqueeze(1).expand({3, 32}).contiguous();
  }

  void write(const std::string& path) const {
    const std::vector<std::pair<std::string, at::Tensor>> all(tensors.begin(), tensors.end());
    write_safetensors(path, all,
                      {{index_format::metadata_key, json.empty() ? to_json(manifest) : json}});
  }

  std::shared_ptr<const TrainingIndex> open() const {
    const TemporaryFolder folder;  // what is open stays open
    write(folder.file("index.safetensors"));
    return TrainingIndex::open(folder.file("index.safetensors"));
  }
};

}  // namespace raygen::engine
