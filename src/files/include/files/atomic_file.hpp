#pragma once
// A file that is there whole or not at all: written under a temporary name in the same folder,
// renamed when whole. Standard library and Linux only: the command writes with it, and the engine.

#include "files/descriptor.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace raygen {

/// Throws the caller's own kind of exception, with the message that it is given.
using WriteFailed = void (*)(const std::string& message);

/// A name beside `name` that nobody has: "image.png" → "image.png.<16 random hex digits>.tmp". It
/// depends on no process id, which containers and the machines of a network folder share, and it is
/// short enough for any file system where `name` is.
std::string temporary_name(const std::string& name);
/// Whether temporary_name() gives such names.
bool is_temporary_name(std::string_view name);

/// Puts the folder's list of names on the disk, so that a rename in it outlives a power cut. Where
/// the file system cannot do that, or the folder may not be read, nothing happens.
void sync_folder(const std::filesystem::path& folder, WriteFailed failed);

/// Removes what a run that was killed was writing in `folder`, if there is one: what is of that
/// type and has a name that `is_ours`.
void remove_unfinished(const std::filesystem::path& folder, std::filesystem::file_type type,
                       const std::function<bool(const std::string& name)>& is_ours);
/// The same of names that begin with `prefix` and end with .tmp.
void remove_unfinished(const std::filesystem::path& folder, std::filesystem::file_type type,
                       const std::string& prefix = "");

class AtomicFile {
 public:
  /// A link is followed, also one that leads to nothing yet: what it leads to is replaced. A
  /// folder, a device, a pipe or a socket is no place for a file. A file that is replaced passes
  /// its permissions on; a new one has those that the umask leaves.
  AtomicFile(const std::filesystem::path& path, WriteFailed failed);
  /// Without a commit, the temporary file is removed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);

  /// Renames to the final name.
  void commit();
  /// commit() for what took long to make or is the only copy: the bytes are on the disk before they
  /// have their name, and the name before it returns, so that a power cut leaves the old file or
  /// the new one.
  void commit_durably();

 private:
  [[noreturn]] void fail(const char* what, const std::string& why) const;
  [[noreturn]] void fail(const char* what, int code) const;
  void open_temporary();
  void take_permissions();

  std::filesystem::path path_;  // as the caller names it
  WriteFailed failed_;
  Descriptor folder_, file_;
  std::string name_, temporary_;  // in the folder
};

}  // namespace raygen
