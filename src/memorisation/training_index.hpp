#pragma once
// The index of a training set: what is known of its images, in one file, so that an image can be
// compared with all of them without the dataset. An index is patient data, though it holds no
// pixels at full size and, unless asked for, no names: it is never shipped with a model.
//
// The file is safetensors: "tokens" uint16 [N,T], "features" float32 [N,d], "ids" uint8 [N,w], and
// JSON under "raygen_index" in its metadata, which training_index.cpp lists.

#include "image/image.hpp"
#include "limits.hpp"
#include "memorisation/nearness.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace raygen::engine {

class Model;
class SafetensorsFile;

/// What an index says of itself.
struct TrainingIndexManifest {
  std::string generator;         // "libraygen 0.2.0"
  std::string tokenizer_sha256;  // of the VQ-GAN's weights, whose tokens they are
  std::string extractor;         // of the features
  std::int64_t images = 0;       // N
  std::int64_t grid = 0, codebook = 0, resolution = 0;
  std::int64_t held_out = 0;  // images that the thresholds are of
  double quantile = 0;
  NearnessThresholds thresholds;
  bool named = false;  // ids are those of the dataset, and not hashes of them
  std::string salt;    // of the hashes, 64 hex digits: without the index nobody can guess an id
};

/// The nearness of an image, and TrainingIndex::hash() of those two rows.
struct NearestTraining : Nearness {
  std::string nearest_hash, most_alike_hash;
  bool too_near = false;
};

/// Immutable; any number of threads.
class TrainingIndex {
 public:
  /// Maps the file and checks all of it. Throws Error(io | format | limit | unsupported), naming
  /// what is wrong.
  static std::shared_ptr<const TrainingIndex> open(const std::filesystem::path& path,
                                                   const Limits& limits = {});

  const TrainingIndexManifest& manifest() const { return manifest_; }
  /// SHA-256 of the file, hex.
  const std::string& digest() const { return digest_; }
  /// hashed_id() of image `row`. Throws Error(invalid_argument) for a row that there is not.
  std::string hash(std::int64_t row) const;
  /// Its id in the dataset; empty where the index is not named.
  std::string name(std::int64_t row) const;

  /// Throws Error(invalid_argument) unless the model has the VQ-GAN whose tokens the index holds.
  void check_model(const Model& model) const;

  /// Of an image of a model that check_model() lets pass; tokens: [T], 0..V-1. Throws
  /// Error(invalid_argument) for others.
  NearestTraining nearest_training(std::span<const std::int32_t> tokens, const Image& image) const;

 private:
  TrainingIndex() = default;
  at::Tensor id_bytes(std::int64_t row) const;

  std::shared_ptr<const SafetensorsFile> file_;
  TrainingIndexManifest manifest_;
  KnownImages images_;
  std::string digest_;
};

/// SHA-256 of the VQ-GAN's weights, which says whose tokens are alike.
std::string tokenizer_sha256(const Model& model);

/// What an index writes instead of an id: 32 bytes as 64 hex digits.
std::string hashed_id(const std::string& salt, std::string_view id);

/// The manifest as it stands in the file.
std::string to_json(const TrainingIndexManifest& manifest);

}  // namespace raygen::engine
