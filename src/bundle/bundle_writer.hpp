#pragma once
// How a bundle comes to be on disk: whole, in one rename.

#include "bundle/manifest.hpp"
#include "storage/atomic_file.hpp"
#include "storage/safetensors_writer.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

class BundleWriter {
 public:
  /// Checks that `path` may be written and makes a temporary folder beside it, which goes away
  /// unless committed.
  BundleWriter(const std::filesystem::path& path, bool overwrite);

  /// Tensors are asked for one at a time, in the order of `items`. `files`: bytes of exactly the
  /// part's further files, by name.
  void add_part(std::shared_ptr<const PartArchitecture> architecture,
                const std::vector<SafetensorsWriter::Item>& items,
                const std::map<std::string, std::string>& files,
                const std::function<at::Tensor(const SafetensorsWriter::Item&)>& tensor);
  /// A file of the bundle itself.
  void add_file(const std::string& name, const std::string& bytes);
  /// Writes the manifest and moves the folder to its place. `provenance`: a JSON object.
  void commit(const std::string& provenance, const std::string& licence);

 private:
  FileRecord write_file(const std::string& name, const std::string& bytes);

  std::optional<AtomicFolder> folder_;
  Manifest manifest_;
};

}  // namespace raygen::engine
