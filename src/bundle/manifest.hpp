#pragma once
// raygen.json: what a bundle is made of.

#include "bundle/part.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace raygen::engine {

struct FileRecord {
  std::string sha256;
  std::uint64_t bytes = 0;
};
using FileRecords = std::map<std::string, FileRecord>;  // by the file's name

struct Manifest {
  struct Part {
    std::shared_ptr<const PartArchitecture> architecture;
    FileRecords files;
  };
  std::vector<Part> parts;
  std::string provenance = "{}";  // JSON object
  std::string licence;
  FileRecords files;  // the bundle's own, of no part
};

inline constexpr const char* kManifestName = "raygen.json";
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{16} << 20;
inline constexpr const char* kGenerationConfigName = "generation_config.json";

/// In format version 2.
std::string to_json(const Manifest& manifest);

/// Checks format, version, keys, sizes, and that exactly the files of each part are listed. Version
/// 1 is read as well. Throws Error(format | unsupported).
Manifest parse_manifest(const std::string& json, const PartTypes& types, const std::string& where);

/// Every name that a manifest lists, whatever its parts are; empty when it cannot be read.
std::set<std::string> listed_files(const std::string& json);

}  // namespace raygen::engine
