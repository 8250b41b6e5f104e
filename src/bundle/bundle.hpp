#pragma once
// A model on disk: raygen.json and the files of named, optional parts, one network each.

#include "bundle/file_source.hpp"
#include "bundle/part.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "storage/safetensors.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct BundlePart {
  std::shared_ptr<const PartArchitecture> architecture;
  std::shared_ptr<SafetensorsFile> weights;  // names and shapes already checked
  std::map<std::string, std::string> files;  // bytes of the further files, by name
};

struct Bundle {
  std::string where;     // the folder, for messages
  std::string manifest;  // raygen.json as it stands
  std::string digest;    // SHA-256 of raygen.json, hex: names the model in an image's settings
  std::string generation_config;  // bytes of generation_config.json; empty: there is none
  std::vector<BundlePart> parts;

  /// Throws Error(unsupported) naming the part and the model when the model lacks it.
  const BundlePart& part(std::string_view name) const;

  /// The sizes of the part whose architecture this is; null when the model lacks it.
  template <typename Architecture>
  const Architecture* find() const {
    for (const BundlePart& each : parts) {
      if (const auto* found = dynamic_cast<const Architecture*>(each.architecture.get()))
        return found;
    }
    return nullptr;
  }
  /// Throws like part().
  template <typename Architecture>
  const Architecture& architecture() const {
    return dynamic_cast<const Architecture&>(*part(Architecture::kPart).architecture);
  }
};

/// Opens a bundle: reads the manifest, maps the weights, checks every name, shape and dtype against
/// the architecture and, when `verify`, every file's SHA-256 (in parallel). `types` are the parts
/// that it may have. Throws Error naming file and item.
Bundle open_bundle(const FileSource& source, const PartTypes& types, const Limits& limits,
                   bool verify);
Bundle open_bundle(const std::filesystem::path& path, const PartTypes& types, const Limits& limits,
                   bool verify);

/// One part to be written. Tensors are stored as given (float32, float16, bfloat16, or 8 bits and
/// scales).
struct PartContents {
  std::shared_ptr<const PartArchitecture> architecture;
  TensorMap tensors;
  std::map<std::string, std::string> files;  // bytes of the further files, by name
};

struct BundleContents {
  std::vector<PartContents> parts;
  std::string provenance;  // JSON object: where the weights came from
  std::string licence;
  std::string generation_config;  // empty: none
};

Parts architectures(const BundleContents& contents);

/// Writes into a temporary folder beside `path` and renames when whole. An existing bundle (folder
/// with raygen.json) is an Error(io) unless `overwrite`; a folder that is something else is never
/// touched.
void write_bundle(const std::filesystem::path& path, const BundleContents& contents, bool overwrite,
                  const Job* job = nullptr);

}  // namespace raygen::engine
