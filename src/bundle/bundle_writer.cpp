#include "bundle/bundle_writer.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
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

/// An existing folder is replaced only when it is a bundle and nothing but a bundle, or empty.
void check_replaceable(const fs::path& path, bool overwrite) {
  static const std::set<std::string> known = {kManifestName, kTextName,   kVqganName,
                                              kDecoderName,  "vocab.txt", "tokenizer.model"};
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) fail(Status::io, "{} exists and is not a folder", path.string());
  bool empty = true, manifest = false;
  std::string stranger;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    empty = false;
    if (name == kManifestName) manifest = true;
    if (known.count(name) == 0) stranger = name;
  }
  if (error) fail(Status::io, "cannot read the folder {}: {}", path.string(), error.message());
  if (empty) return;
  if (!manifest) fail(Status::io, "{} exists and is not a bundle: it is left alone", path.string());
  if (!overwrite) fail(Status::io, "{} exists; ask for overwriting to replace it", path.string());
  if (!stranger.empty())
    fail(Status::io, "{} holds {}, which is no part of a bundle: it is left alone", path.string(),
         in_quotes(stranger));
}

fs::path beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  fs::path name = path;
  name += fmt::format(".{}-{}.tmp", ::getpid(), counter++);
  return name;
}

void move_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail(Status::io, "cannot rename {} to {}: {}", from.string(), to.string(),
         std::strerror(errno));
  }
}

/// Puts `fresh` in the place of `old`, which is removed. Where the file system cannot exchange two
/// names, a moment passes without either.
void replace_folder(const fs::path& fresh, const fs::path& old) {
  std::error_code ignored;
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(fresh, ignored);
    return;
  }
  const fs::path aside = beside(old);
  move_folder(old, aside);
  if (::rename(fresh.c_str(), old.c_str()) != 0) {
    const int code = errno;
    move_folder(aside, old);
    fail(Status::io, "cannot replace {}: {}", old.string(), std::strerror(code));
  }
  fs::remove_all(aside, ignored);
}

}  // namespace

BundleWriter::BundleWriter(const fs::path& path, bool overwrite)
    : path_(without_trailing_slash(path)) {
  check_replaceable(path_, overwrite);
  temporary_ = beside(path_);
  std::error_code error;
  if (!fs::create_directory(temporary_, error)) {
    const std::string reason = error ? error.message() : "it exists";
    fail(Status::io, "cannot create the folder {}: {}", temporary_.string(), reason);
  }
}

BundleWriter::~BundleWriter() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void BundleWriter::add_weights(
    const char* name, const std::vector<SafetensorsWriter::Item>& items,
    const std::function<at::Tensor(const SafetensorsWriter::Item&)>& tensor) {
  SafetensorsWriter writer(temporary_ / name, items, {{"format", "pt"}});
  for (const auto& item : items) writer.write(tensor(item));
  files_[name] = {writer.sha256(), writer.bytes()};
  writer.commit();
}

void BundleWriter::add_file(const char* name, const std::string& bytes) {
  AtomicFile file(temporary_ / name);
  file.write(bytes.data(), bytes.size());
  file.commit();
  files_[name] = {sha256_hex(bytes), bytes.size()};
}

void BundleWriter::commit(Manifest manifest) {
  manifest.files = files_;
  const std::string json = to_json(manifest);
  AtomicFile file(temporary_ / kManifestName);
  file.write(json.data(), json.size());
  file.commit();
  std::error_code error;
  if (fs::exists(fs::symlink_status(path_, error))) {
    replace_folder(temporary_, path_);
  } else {
    move_folder(temporary_, path_);
  }
  committed_ = true;
}

}  // namespace raygen::engine
