#pragma once
// From a table's cells to an image's file. A table may come from anywhere, the folder is the
// caller's: what a table says may not lead out of it, what the folder links to may.

#include "dataset/csv_table.hpp"
#include "dataset/known_tables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct ImageFile {
  std::filesystem::path file;  // within the root
  std::filesystem::path real;  // without links: the same for all that lead to one file
};

/// Where a path of a table leads. Throws Error(format) when it is empty, absolute, leads out of the
/// root by "..", or goes through a linked folder that is outside; the image itself may be a link to
/// anywhere. `root` is canonical.
ImageFile image_within(const std::filesystem::path& root, const std::string& path);

/// How a table tells an image's path: a column, or text and columns, "p{subject_id:2}/{dicom_id}".
class PathColumns {
 public:
  static PathColumns of(const CsvTable& table, std::size_t column);
  /// nullopt when a column of the pattern is missing.
  static std::optional<PathColumns> of(const CsvTable& table, std::string_view pattern);

  /// The current row's path; empty when one of its columns has no value.
  std::string path(const CsvTable& table) const;
  /// For messages: the column, quoted, or the pattern.
  const std::string& name() const { return name_; }

 private:
  struct Part {
    std::string text;
    std::optional<std::size_t> column;
    std::size_t characters;  // of the column's value, at most
  };
  std::vector<Part> parts_;
  std::string name_;
};

/// The file of an image that a known table names without its folder or suffix; what image_within
/// says when there is none.
ImageFile image_of(const std::filesystem::path& root, const std::string& path,
                   const KnownTable* known);

/// What a path's column must have in the first rows: files, names that end as images' do, or
/// nothing.
enum class FilesNeeded { files, names, none };

/// Which of several possible paths the table means: the one under which most of its first rows have
/// a file. Of equal ones, the first; where no row has a file, the first that has most images'
/// names. nullptr when none has what is needed.
const PathColumns* column_of_files(const CsvTable& table, const std::vector<PathColumns>& paths,
                                   const std::filesystem::path& root, const KnownTable* known,
                                   const Limits& limits, FilesNeeded needed);

}  // namespace raygen::engine
