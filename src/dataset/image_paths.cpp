#include "dataset/image_paths.hpp"

#include "error.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace raygen::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_path = 4096;  // PATH_MAX
constexpr std::size_t rows_looked_at = 100;

bool leads_out(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

fs::path canonical(const fs::path& path, const std::string& told) {
  std::error_code code;
  fs::path found = fs::weakly_canonical(path, code);
  if (code) fail(Status::io, "cannot open image {}: {}", told, code.message());
  return found;
}

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

/// Whether a value may be an image's name: what has another program's suffix is none.
bool may_be_image(const std::string& path) {
  const std::string suffix = ascii_lower(fs::path(path).extension().string());
  constexpr std::string_view others[] = {".txt", ".csv",  ".tsv", ".json", ".xml",
                                         ".pdf", ".html", ".npy", ".nii",  ".gz"};
  return std::find(std::begin(others), std::end(others), suffix) == std::end(others);
}

bool looks_like_image(const std::string& path) {
  const std::string suffix = ascii_lower(fs::path(path).extension().string());
  constexpr std::string_view images[] = {".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".jp2",
                                         ".bmp", ".pgm", ".tif",  ".tga", ".tiff",  ".j2k"};
  return std::find(std::begin(images), std::end(images), suffix) != std::end(images);
}

/// The path as it is told, then as the known table's files are laid out.
std::vector<std::string> spellings(const std::string& path, const KnownTable* known) {
  std::vector<std::string> all = {path};
  if (known == nullptr) return all;
  if (const std::size_t end = path.find('/'); !known->leading_folder.empty() &&
                                              end != std::string::npos &&
                                              path.starts_with(known->leading_folder))
    all.push_back(path.substr(end + 1));
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

PathColumns PathColumns::of(const CsvTable& table, std::size_t column) {
  PathColumns columns;
  columns.parts_.push_back({{}, column, std::string::npos});
  columns.name_ = '"' + table.header()[column] + '"';
  return columns;
}

std::optional<PathColumns> PathColumns::of(const CsvTable& table, std::string_view pattern) {
  PathColumns columns;
  columns.name_ = pattern;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t begin = std::min(rest.find('{'), rest.size());
    if (begin > 0) columns.parts_.push_back({std::string(rest.substr(0, begin)), {}, 0});
    rest.remove_prefix(begin);
    if (rest.empty()) break;
    const std::size_t end = rest.find('}');
    std::string_view name = rest.substr(1, end - 1);
    std::size_t characters = std::string::npos;
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
      std::from_chars(name.data() + colon + 1, name.data() + name.size(), characters);
      name = name.substr(0, colon);
    }
    const std::vector<std::size_t> found = table.columns_like(name);
    if (found.empty()) return std::nullopt;
    columns.parts_.push_back({{}, found[0], characters});
    rest.remove_prefix(end + 1);
  }
  if (columns.parts_.size() == 1) return of(table, *columns.parts_[0].column);
  return columns;
}

std::string PathColumns::path(const CsvTable& table) const {
  std::string path;
  for (const Part& part : parts_) {
    if (!part.column) {
      path += part.text;
      continue;
    }
    const std::string_view value = without_spaces(table.bytes(*part.column));
    if (is_missing(value)) return {};
    path += value.substr(0, part.characters);
  }
  return path;
}

ImageFile image_of(const fs::path& root, const std::string& path, const KnownTable* known) {
  ImageFile told = image_within(root, path);
  if (known == nullptr || is_file(told.file)) return told;
  for (const std::string& spelling : spellings(path, known)) {
    if (!is_file(root / spelling)) continue;
    return image_within(root, spelling);
  }
  return told;
}

const PathColumns* column_of_files(const CsvTable& table, const std::vector<PathColumns>& paths,
                                   const fs::path& root, const KnownTable* known,
                                   const Limits& limits, FilesNeeded needed) {
  struct Score {
    std::size_t files = 0, names = 0;
  };
  std::vector<Score> scores(paths.size());
  CsvTable rows(table.path(), limits);
  for (std::size_t row = 0; row < rows_looked_at && rows.next(); ++row) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const std::string path = paths[i].path(rows);
      if (path.empty() || path.size() > longest_path || !may_be_image(path)) continue;
      try {
        if (is_file(image_of(root, path, known).file)) ++scores[i].files;
      } catch (const Error&) {  // no path, or not of this folder
      }
      if (looks_like_image(path)) ++scores[i].names;
    }
  }
  const PathColumns* best = nullptr;
  Score most;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (needed == FilesNeeded::files && scores[i].files == 0) continue;
    if (needed == FilesNeeded::names && scores[i].names == 0) continue;
    const bool better = scores[i].files != most.files
                            ? scores[i].files > most.files
                            : scores[i].files == 0 && scores[i].names > most.names;
    if (best == nullptr || better) {
      best = &paths[i];
      most = scores[i];
    }
  }
  return best;
}

}  // namespace raygen::engine
