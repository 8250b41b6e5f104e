#pragma once
// A model on disk: raygen.json, decoder.safetensors, vqgan.safetensors, text_encoder.safetensors,
// vocab.txt or tokenizer.model.

#include "bundle/architecture.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "storage/safetensors.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace raygen::engine {

struct Bundle {
  std::filesystem::path path;
  Architecture architecture;
  std::string manifest;  // raygen.json as it stands
  std::string digest;    // SHA-256 of raygen.json, hex: names the model in an image's settings
  std::shared_ptr<SafetensorsFile> text, vqgan, decoder;  // names and shapes already checked
  std::string vocabulary;                                 // bytes of vocab.txt or tokenizer.model
};

/// Opens a bundle: reads the manifest, maps the weights, checks every name, shape and dtype against
/// the architecture and, when `verify`, every file's SHA-256 (in parallel). File names in the
/// manifest must be plain names inside the folder. Throws Error naming file and item.
Bundle open_bundle(const std::filesystem::path& path, const Limits& limits, bool verify);

/// What a bundle is written from. Tensors are stored as given (float32, float16 or bfloat16).
struct BundleContents {
  Architecture architecture;
  TensorMap text, vqgan, decoder;
  std::string vocabulary;
  std::string provenance;  // JSON object: where the weights came from
  std::string licence;
};

/// Writes into a temporary folder beside `path` and renames when whole. An existing bundle (folder
/// with raygen.json) is an Error(io) unless `overwrite`; a folder that is something else is never
/// touched.
void write_bundle(const std::filesystem::path& path, const BundleContents& contents, bool overwrite,
                  const Job* job = nullptr);

/// A bundle with random weights (scaled so that activations stay near unit variance): for
/// benchmarks, tests and as a start for training.
void write_random_bundle(const std::filesystem::path& path, const Architecture& architecture,
                         const std::string& vocabulary, std::uint64_t seed, bool overwrite);

/// The published RayGen's sizes: 129.9 M decoder, 512 px VQ-GAN, CXR-BERT.
Architecture published_architecture();

}  // namespace raygen::engine
