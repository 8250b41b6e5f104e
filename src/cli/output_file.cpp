#include "output_file.hpp"

#include "files/atomic_file.hpp"

#include <raygen/error.hpp>

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& path, const std::string& why) {
  throw Error(Status::io, "cannot " + what + " " + path.string() + ": " + why);
}

/// Whether a file may be written there: nothing is, or a file.
void check_no_other_kind(const fs::path& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (code == std::errc::filename_too_long) fail("write", path, code.message());
  if (fs::is_directory(status)) fail("write", path, "it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status))
    fail("write", path, "it is a device, a pipe or a socket");
}

void check_writable_folder(const fs::path& path, const char* what) {
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    fail(what, path, std::generic_category().message(errno));
}

}  // namespace

std::string read_file(const fs::path& path, std::uintmax_t max_bytes) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (code) fail("open", path, code.message());
  if (!fs::is_regular_file(status)) fail("read", path, "it is not a file");
  const std::uintmax_t size = fs::file_size(path, code);
  if (code) fail("read", path, code.message());
  if (size > max_bytes)
    throw Error(Status::limit, path.string() + ": " + std::to_string(size) +
                                   " bytes, more than the limit of " + std::to_string(max_bytes));
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("open", path, std::generic_category().message(errno));
  std::string content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

void write_file(const fs::path& path, const std::string& content) {
  AtomicFile file(path, [](const std::string& message) { throw Error(Status::io, message); });
  file.write(content.data(), content.size());
  file.commit_durably();
}

void check_writable_file(const fs::path& path) {
  check_no_other_kind(path);
  std::error_code code;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, code)) fail("write", path, "there is no folder " + folder.string());
  check_writable_folder(folder, "write into");
}

void check_no_model(const fs::path& path, bool force) {
  std::error_code code;
  if (!force && fs::exists(path / "raygen.json", code))
    throw Error(Status::io, path.string() + " holds a model: --force replaces it");
}

OutputFolder::OutputFolder(fs::path path) : path_(std::move(path)) {
  std::error_code code;
  made_ = fs::create_directories(path_, code);
  if (code) fail("make the folder", path_, code.message());
  check_writable_folder(path_, "write into");
}

OutputFolder::~OutputFolder() {
  std::error_code code;
  if (made_) fs::remove(path_, code);  // does nothing when there is something in it
}

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return ending;
}

std::string image_file_name(std::uint64_t index, const std::string& suffix,
                            const std::string& extension) {
  std::string digits = std::to_string(index);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return digits + suffix + extension;
}

}  // namespace raygen::cli
