#include "storage/atomic_file.hpp"

#include "error.hpp"
#include "files/atomic_file.hpp"
#include "files/atomic_folder.hpp"

#include <system_error>

namespace raygen::engine {

namespace {

void throw_io(const std::string& message) { throw Error(Status::io, message); }

}  // namespace

AtomicFile::AtomicFile(const std::filesystem::path& path)
    : file_(std::make_unique<raygen::AtomicFile>(path, throw_io)) {}
AtomicFile::~AtomicFile() = default;
void AtomicFile::write(const void* data, std::size_t size) { file_->write(data, size); }
void AtomicFile::commit() { file_->commit(); }
void AtomicFile::commit_durably() { file_->commit_durably(); }

AtomicFolder::AtomicFolder(const std::filesystem::path& path)
    : folder_(std::make_unique<raygen::AtomicFolder>(path, throw_io)) {}
AtomicFolder::~AtomicFolder() = default;
const std::filesystem::path& AtomicFolder::temporary() const { return folder_->temporary(); }
void AtomicFolder::commit() { folder_->commit(); }

void write_whole_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit_durably();
}

void make_folder(const std::filesystem::path& path) {
  std::error_code code;
  const bool made = std::filesystem::create_directories(path, code);
  if (code) fail(Status::io, "cannot make the folder {}: {}", path.string(), code.message());
  if (made) sync_folder(path.parent_path(), throw_io);
}

void remove_unfinished(const std::filesystem::path& folder, std::filesystem::file_type type,
                       const std::string& prefix) {
  raygen::remove_unfinished(folder, type, prefix);
}

}  // namespace raygen::engine
