#pragma once
// Files read and written by the command itself, and early looks at whether an output can be written
// at all.

#include <filesystem>
#include <string>

namespace raygen::cli {

/// Throws Error(io | limit).
std::string read_file(const std::filesystem::path& path, std::uintmax_t max_bytes);
/// Whole or not at all, on the disk when it returns; a link is followed. Throws Error(io).
void write_file(const std::filesystem::path& path, const std::string& content);

/// Throws Error(io) when a file of that name could not be written.
void check_writable_file(const std::filesystem::path& path);

/// Throws Error(io) when a model is there, unless it may be replaced.
void check_no_model(const std::filesystem::path& path, bool force);

/// A folder for results: made when it is not there, removed again by the destructor when this made
/// it and it stayed empty.
class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

/// ".png" of "Film.PNG", whatever the locale; empty when there is none.
std::string ending_of(const std::filesystem::path& path);

/// "00042.png": at least five digits, so that names sort as the indices do.
std::string image_file_name(std::uint64_t index, const std::string& suffix = "",
                            const std::string& extension = ".png");

}  // namespace raygen::cli
