#pragma once
// raygen.json: what a bundle is made of.

#include "bundle/architecture.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace raygen::engine {

struct FileRecord {
  std::string sha256;
  std::uint64_t bytes = 0;
};

struct Manifest {
  Architecture architecture;
  std::string provenance = "{}";  // JSON object
  std::string licence;
  std::map<std::string, FileRecord> files;
};

inline constexpr const char* kManifestName = "raygen.json";
inline constexpr const char* kTextName = "text_encoder.safetensors";
inline constexpr const char* kVqganName = "vqgan.safetensors";
inline constexpr const char* kDecoderName = "decoder.safetensors";

/// vocab.txt or tokenizer.model.
const char* vocabulary_name(TokenizerKind tokenizer);

std::string to_json(const Manifest& manifest);

/// Checks format, version, keys, architecture, and that exactly the files of a bundle are listed.
/// Throws Error(format | unsupported).
Manifest parse_manifest(const std::string& json, const std::string& where);

}  // namespace raygen::engine
