#include "dataset/path_columns.hpp"

#include "dataset/image_paths.hpp"
#include "error.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace raygen::engine {
namespace {

constexpr std::size_t longest_path = 4096;  // PATH_MAX
constexpr std::size_t rows_looked_at = 100;

// Case, spaces, "_", "-" and "." do not count.
const std::vector<std::string_view> usual_paths = {
    "path",       "img_savename", "image",          "file",     "filename",  "Image Index",
    "ImageID",    "image_path",   "path_to_image",  "img_path", "file_path", "image_file",
    "image_name", "img",          "image_filename", "png_path", "jpg_path",  "dicom_path"};

/// Whether a value may be an image's name: what has another program's suffix is none.
bool may_be_image(const std::string& path) {
  const std::string suffix = ascii_lower(std::filesystem::path(path).extension().string());
  constexpr std::string_view others[] = {".txt", ".csv",  ".tsv", ".json", ".xml",
                                         ".pdf", ".html", ".npy", ".nii",  ".gz"};
  return std::find(std::begin(others), std::end(others), suffix) == std::end(others);
}

/// In how many of the first rows there is a file, and a name that ends as images' do.
struct Score {
  std::size_t files = 0, names = 0;
};

std::vector<Score> scores_of(const CsvTable& table, const std::vector<PathColumns>& paths,
                             const std::filesystem::path& root, const KnownTable* known,
                             const Limits& limits) {
  std::vector<Score> scores(paths.size());
  if (paths.empty()) return scores;
  CsvTable rows(table.path(), limits);
  for (std::size_t row = 0; row < rows_looked_at && rows.next(); ++row) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const std::string path = paths[i].path(rows);
      if (path.empty() || path.size() > longest_path || !may_be_image(path)) continue;
      try {
        if (file_is_there(image_of(root, path, known).file)) ++scores[i].files;
      } catch (const Error&) {  // no path, or not of this folder
      }
      if (looks_like_image(path)) ++scores[i].names;
    }
  }
  return scores;
}

}  // namespace

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

PathColumns path_columns(const CsvTable& table, const std::string& name, const KnownTable* known,
                         const std::filesystem::path& root, const Limits& limits) {
  if (!name.empty()) return PathColumns::of(table, table.column(name));
  std::vector<PathColumns> usual;
  for (const std::size_t column : table.columns_like(usual_paths))
    usual.push_back(PathColumns::of(table, column));
  const std::size_t first_of_known = usual.size();
  if (known != nullptr) {
    for (const std::string_view pattern : known->paths) {
      if (auto columns = PathColumns::of(table, pattern)) usual.push_back(std::move(*columns));
    }
  }
  const std::vector<Score> scores = scores_of(table, usual, root, known, limits);
  const auto best = std::max_element(scores.begin(), scores.end(), [](Score a, Score b) {
    return a.files != b.files ? a.files < b.files : a.files == 0 && a.names < b.names;
  });  // the first of several
  if (best != scores.end() && (best->files > 0 || best->names > 0))
    return usual[static_cast<std::size_t>(best - scores.begin())];

  // The column whose values are files, whatever it is called, if it is the only one.
  std::vector<PathColumns> all, with_files;
  for (std::size_t column = 0; column < table.header().size(); ++column)
    all.push_back(PathColumns::of(table, column));
  const std::vector<Score> scores_of_all = scores_of(table, all, root, known, limits);
  for (std::size_t column = 0; column < all.size(); ++column) {
    if (scores_of_all[column].files > 0) with_files.push_back(all[column]);
  }
  if (with_files.size() == 1) return with_files[0];
  const bool has_known = usual.size() > first_of_known;
  if (with_files.empty() && has_known) return usual[first_of_known];
  if (with_files.empty() && !usual.empty() && (known == nullptr || known->paths.empty()))
    return usual[0];
  std::vector<std::string> names;
  for (const PathColumns& columns : with_files) names.push_back(columns.name());
  fail(Status::format,
       "{}: there is no column for the image's path (\"path\" or another of the usual names){}{}; "
       "name it by path_column (--path-column); {}",
       table.path().string(),
       names.empty() ? std::string()
                     : formatted("; {} hold names of files", fmt::join(names, " and ")),
       known == nullptr || known->advice.empty()
           ? std::string()
           : formatted("; this is a table of {}, and {}", known->name, known->advice),
       table.header_text());
}

}  // namespace raygen::engine
