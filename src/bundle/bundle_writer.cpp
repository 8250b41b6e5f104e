#include "bundle/bundle_writer.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <set>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

/// "models/a/" → "models/a": the temporary folder stands beside it.
fs::path without_trailing_slash(const fs::path& path) {
  fs::path plain = path.lexically_normal();
  if (!plain.has_filename()) plain = plain.parent_path();
  if (plain.empty() || plain == "." || plain == ".." || !plain.has_filename()) {
    fail(Status::invalid_argument, "'{}' cannot name a new bundle", path.string());
  }
  return plain;
}

/// An existing folder is replaced only when it is empty, or a bundle and nothing but a bundle: its
/// manifest lists what it holds.
void check_replaceable(const fs::path& path, bool overwrite) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) fail(Status::io, "{} exists and is not a folder", path.string());
  if (fs::is_empty(path, error)) return;
  const fs::path manifest = path / kManifestName;
  if (!error && !fs::is_regular_file(manifest, error))
    fail(Status::io, "{} exists and is not a bundle: it is left alone", path.string());
  if (!error && !overwrite)
    fail(Status::io, "{} exists; ask for overwriting to replace it", path.string());
  std::set<std::string> known;
  if (!error)
    known = listed_files(std::string(MappedFile::open(manifest, kMaxManifestBytes)->text()));
  known.insert(kManifestName);
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (known.count(name) == 0)
      fail(Status::io, "{} holds {}, which is no part of a bundle: it is left alone", path.string(),
           in_quotes(name));
  }
  if (error) fail(Status::io, "cannot read the folder {}: {}", path.string(), error.message());
}

}  // namespace

BundleWriter::BundleWriter(const fs::path& path, bool overwrite) {
  const fs::path plain = without_trailing_slash(path);
  check_replaceable(plain, overwrite);
  folder_.emplace(plain);
}

void BundleWriter::add_part(
    std::shared_ptr<const PartArchitecture> architecture,
    const std::vector<SafetensorsWriter::Item>& items,
    const std::map<std::string, std::string>& files,
    const std::function<at::Tensor(const SafetensorsWriter::Item&)>& tensor) {
  Manifest::Part part{std::move(architecture), {}};
  const std::string weights = part.architecture->weights_file();
  SafetensorsWriter writer(folder_->temporary() / weights, items, {{"format", "pt"}});
  for (const auto& item : items) writer.write(tensor(item));
  part.files[weights] = {writer.sha256(), writer.bytes()};
  writer.commit();
  for (const std::string& name : part.architecture->further_files()) {
    const auto found = files.find(name);
    if (found == files.end())
      fail(Status::format, "file {} of part {} is missing", name, part.architecture->part());
    part.files[name] = write_file(name, found->second);
  }
  for (const auto& [name, bytes] : files) {
    if (part.files.count(name) == 0)
      fail(Status::format, "file {} is none of part {}", in_quotes(name),
           part.architecture->part());
  }
  manifest_.parts.push_back(std::move(part));
}

void BundleWriter::add_file(const std::string& name, const std::string& bytes) {
  manifest_.files[name] = write_file(name, bytes);
}

FileRecord BundleWriter::write_file(const std::string& name, const std::string& bytes) {
  write_whole_file(folder_->temporary() / name, bytes);
  return {sha256_hex(bytes), bytes.size()};
}

void BundleWriter::commit(const std::string& provenance, const std::string& licence) {
  manifest_.provenance = provenance;
  manifest_.licence = licence;
  write_file(kManifestName, to_json(manifest_));  // last: where it is, all that it lists is
  folder_->commit();
}

}  // namespace raygen::engine
