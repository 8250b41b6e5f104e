#include "import/source_file.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <system_error>

namespace raygen::engine {

namespace fs = std::filesystem;

namespace {

/// What stands behind "\nsize " in a pointer.
std::string_view value_of(std::string_view pointer, std::string_view key) {
  const std::size_t at = pointer.find(key);
  if (at == std::string_view::npos) return "?";
  const std::string_view rest = pointer.substr(at + key.size());
  return rest.substr(0, std::min(rest.find_first_of("\r\n"), rest.size()));
}

}  // namespace

bool is_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_regular_file(status)) return true;
  if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(path, error))) {
    fail(Status::io, "{} is a link to {}, which is not there: the download is not complete",
         path.string(), fs::read_symlink(path, error).string());
  }
  return false;
}

void refuse_stand_in(std::string_view content, const std::string& where) {
  constexpr std::size_t longest_pointer = 1024, start_of_page = 256;
  if (content.empty()) fail(Status::format, "{} is empty: the download is not complete", where);
  if (content.size() <= longest_pointer &&
      content.starts_with("version https://git-lfs.github.com/spec/")) {
    fail(Status::format,
         "{} is a Git LFS pointer: it stands for a file of {} bytes that was not downloaded; run "
         "`git lfs pull` in its repository, or download the file itself",
         where, in_quotes(value_of(content, "\nsize ")));
  }
  std::string_view start = content.substr(0, start_of_page);
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  const std::string lower = ascii_lower(start);
  if (lower.starts_with("<!doctype html") || lower.starts_with("<html") ||
      lower.starts_with("<?xml") || lower.starts_with("<head")) {
    fail(Status::format,
         "{} is a web page: what was saved is a page about the file, or an error, and not the "
         "file; download it again",
         where);
  }
}

}  // namespace raygen::engine
