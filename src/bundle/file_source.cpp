#include "bundle/file_source.hpp"

#include "bundle/manifest.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <system_error>

namespace raygen::engine {

namespace fs = std::filesystem;

FolderSource::FolderSource(fs::path folder) : folder_(std::move(folder)), where_(folder_.string()) {
  std::error_code error;
  if (!fs::exists(folder_, error)) fail(Status::io, "{} does not exist", where_);
  if (!fs::is_directory(folder_, error))
    fail(Status::io, "{} is not a folder; a model is a folder with {}", where_, kManifestName);
  if (!fs::exists(folder_ / kManifestName, error))
    fail(Status::format, "{} is not a model: it has no {}", where_, kManifestName);
}

bool FolderSource::has(const std::string& name) const {
  std::error_code error;
  return fs::exists(folder_ / name, error);
}

std::shared_ptr<const MappedFile> FolderSource::open(const std::string& name,
                                                     std::uint64_t max_bytes) const {
  const fs::path path = folder_ / name;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) fail(Status::io, "cannot open {}: {}", path.string(), error.message());
  const fs::path home = fs::canonical(folder_, error);
  if (error || real.parent_path() != home)
    fail(Status::format, "{} leads out of the bundle, to {}", path.string(), real.string());
  return MappedFile::open(path, max_bytes);
}

MemorySource::MemorySource(const std::vector<LentFile>& files, std::shared_ptr<void> owner)
    : owner_(std::move(owner)) {
  for (const LentFile& file : files) {
    if (!files_.emplace(file.name, file).second)
      fail(Status::format, "{}: file {} is there twice", where_, in_quotes(file.name));
  }
  if (files_.count(kManifestName) == 0) fail(Status::format, "{} has no {}", where_, kManifestName);
}

std::shared_ptr<const MappedFile> MemorySource::open(const std::string& name,
                                                     std::uint64_t max_bytes) const {
  const auto found = files_.find(name);
  if (found == files_.end())
    fail(Status::format, "{}: file {} is missing", where_, in_quotes(name));
  return MappedFile::lend(name, found->second.data, found->second.size, owner_, max_bytes);
}

}  // namespace raygen::engine
