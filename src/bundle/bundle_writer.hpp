#pragma once
// How a bundle comes to be on disk: whole, in one rename.

#include "bundle/bundle.hpp"
#include "bundle/manifest.hpp"
#include "storage/safetensors_writer.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

class BundleWriter {
 public:
  /// Checks that `path` may be written and makes a temporary folder beside it, which goes away
  /// unless committed.
  BundleWriter(const std::filesystem::path& path, bool overwrite);
  ~BundleWriter();
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  /// Tensors are asked for one at a time, in the order of `items`.
  void add_weights(const char* name, const std::vector<SafetensorsWriter::Item>& items,
                   const std::function<at::Tensor(const SafetensorsWriter::Item&)>& tensor);
  void add_file(const char* name, const std::string& bytes);
  /// Writes the manifest (its files are filled in here) and moves the folder to its place.
  void commit(Manifest manifest);

 private:
  std::filesystem::path path_, temporary_;
  std::map<std::string, FileRecord> files_;
  bool committed_ = false;
};

}  // namespace raygen::engine
