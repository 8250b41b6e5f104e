#include "bundle/file_source.hpp"

#include "bundle/manifest.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <algorithm>
#include <system_error>

namespace raygen::engine {

namespace fs = std::filesystem;

namespace {

/// Whether there is something of that name, be it a link that leads nowhere.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// Where a file really lies, all links followed.
fs::path real_place(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  if (!error) return real;
  std::error_code ignored;
  if (fs::is_symlink(path, ignored)) {
    fail(Status::io, "{} is a link to {}, which cannot be opened: {}", path.string(),
         fs::read_symlink(path, ignored).string(), error.message());
  }
  fail(Status::io, "cannot open {}: {}", path.string(), error.message());
}

/// `path` begins with the whole of `folder`.
bool lies_inside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

/// The Hugging Face cache keeps a revision's files as links, REPOSITORY/snapshots/REVISION/NAME to
/// REPOSITORY/blobs/SUM. For a folder in such a snapshot: its repository's blobs, else nothing.
fs::path blobs_of(const fs::path& real_folder) {
  for (fs::path at = real_folder; at.has_relative_path(); at = at.parent_path()) {
    if (at.parent_path().filename() == "snapshots") return at.parent_path().parent_path() / "blobs";
  }
  return {};
}

}  // namespace

FolderSource::FolderSource(fs::path folder) : folder_(std::move(folder)), where_(folder_.string()) {
  std::error_code error;
  if (!fs::exists(folder_, error)) fail(Status::io, "{} does not exist", where_);
  if (!fs::is_directory(folder_, error))
    fail(Status::io, "{} is not a folder; a model is a folder with {}", where_, kManifestName);
  if (!is_there(folder_ / kManifestName))
    fail(Status::format, "{} is not a model: it has no {}", where_, kManifestName);
}

bool FolderSource::has(const std::string& name) const { return is_there(folder_ / name); }

std::shared_ptr<const MappedFile> FolderSource::open(const std::string& name,
                                                     std::uint64_t max_bytes) const {
  const fs::path path = folder_ / name;
  const fs::path real = real_place(path), home = real_place(folder_), blobs = blobs_of(home);
  const bool cached = !blobs.empty() && real.parent_path() == blobs;
  if (!cached && !lies_inside(real, home))
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
