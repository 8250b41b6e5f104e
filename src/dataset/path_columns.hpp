#pragma once
// Where a table tells its images' paths.

#include "dataset/csv_table.hpp"
#include "dataset/known_tables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

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

/// The column of this name or, where it is empty, the one of usual names, of the known table's, or
/// of all, whose values are files. Throws Error(format) when there is none.
PathColumns path_columns(const CsvTable& table, const std::string& name, const KnownTable* known,
                         const std::filesystem::path& root, const Limits& limits);

}  // namespace raygen::engine
