#pragma once
// The atomic files and folders of the room `files`, which says what they do. Here their failures
// are Errors(io).

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace raygen {
class AtomicFile;
class AtomicFolder;
}  // namespace raygen

namespace raygen::engine {

class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  void commit();
  void commit_durably();

 private:
  std::unique_ptr<raygen::AtomicFile> file_;
};

class AtomicFolder {
 public:
  explicit AtomicFolder(const std::filesystem::path& path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& temporary() const;
  void commit();

 private:
  std::unique_ptr<raygen::AtomicFolder> folder_;
};

/// A file whose bytes are all there: written, on the disk, and under its name.
void write_whole_file(const std::filesystem::path& path, std::string_view bytes);

/// Makes the folder, and those above it that are not there. Throws Error(io).
void make_folder(const std::filesystem::path& path);

/// Removes what a run that was killed was writing in `folder`, if there is one: names that begin
/// with `prefix` and end with .tmp, of that type.
void remove_unfinished(const std::filesystem::path& folder, std::filesystem::file_type type,
                       const std::string& prefix = "");

}  // namespace raygen::engine
