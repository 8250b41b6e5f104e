#include "dataset/image_paths.hpp"

#include "error.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <system_error>

namespace raygen::engine {
namespace {

namespace fs = std::filesystem;

bool leads_out(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

fs::path canonical(const fs::path& path, const std::string& told) {
  std::error_code code;
  fs::path found = fs::weakly_canonical(path, code);
  if (code) fail(Status::io, "cannot open image {}: {}", told, code.message());
  return found;
}

/// The path with "/", then as the known table's files are laid out.
std::vector<std::string> spellings(const std::string& path, const KnownTable* known) {
  std::vector<std::string> all = {path};
  std::replace(all[0].begin(), all[0].end(), '\\', '/');
  if (known == nullptr) return all;
  if (const std::size_t end = all[0].find('/'); !known->leading_folder.empty() &&
                                                end != std::string::npos &&
                                                all[0].starts_with(known->leading_folder))
    all.push_back(all[0].substr(end + 1));
  for (const std::string& told : std::vector<std::string>(all)) {
    for (const std::string_view folder : known->folders)
      all.push_back(std::string(folder) + '/' + told);
  }
  for (const std::string& told : std::vector<std::string>(all)) {
    const std::size_t dot = told.rfind('.');
    const bool has_suffix = looks_like_image(told);
    for (const std::string_view suffix : known->suffixes)
      all.push_back((has_suffix ? told.substr(0, dot) : told) + std::string(suffix));
  }
  return all;
}

}  // namespace

bool file_is_there(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

bool looks_like_image(const std::string& path) {
  const std::string suffix = ascii_lower(fs::path(path).extension().string());
  constexpr std::string_view images[] = {".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".jp2",
                                         ".bmp", ".pgm", ".tif",  ".tga", ".tiff",  ".j2k"};
  return std::find(std::begin(images), std::end(images), suffix) != std::end(images);
}

ImageFile image_within(const fs::path& root, const std::string& path) {
  const fs::path relative(path);
  if (path.empty()) fail(Status::format, "the path is empty");
  if (path.find('\0') != std::string::npos) fail(Status::format, "the path holds a zero byte");
  if (relative.is_absolute())
    fail(Status::format, "the path is absolute; one within the root folder was expected");
  if (leads_out((root / relative).lexically_normal().lexically_relative(root)))
    fail(Status::format, "the path leads out of the root folder");
  const bool is_folder = !relative.has_filename() || relative.filename() == "." ||
                         relative.filename() == "..";  // refused when it is read
  const fs::path folder =
      canonical(is_folder ? root / relative : (root / relative).parent_path(), path);
  if (leads_out(folder.lexically_relative(root))) {
    fail(Status::format,
         "the path leads out of the root folder through a linked folder; an image may be a link to "
         "anywhere and a folder may not");
  }
  if (is_folder) return {folder, folder};
  const fs::path file = folder / relative.filename();
  return {file, canonical(file, path)};
}

ImageFile image_of(const fs::path& root, const std::string& path, const KnownTable* known) {
  ImageFile told = image_within(root, path);
  if (file_is_there(told.file)) return told;
  for (const std::string& spelling : spellings(path, known)) {
    if (!file_is_there(root / spelling)) continue;
    return image_within(root, spelling);
  }
  return told;
}

}  // namespace raygen::engine
