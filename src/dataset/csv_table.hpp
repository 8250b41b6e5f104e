#pragma once
// A CSV file with a header, read row by row; plain or gzip.

#include "csv/csv.hpp"
#include "limits.hpp"

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace raygen::engine {

class MappedFile;

/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

class CsvTable {
 public:
  /// Throws Error(io | format | limit).
  explicit CsvTable(const std::filesystem::path& path, const Limits& limits = {});
  ~CsvTable();

  const std::filesystem::path& path() const { return path_; }
  const std::vector<std::string>& header() const { return header_; }
  /// SHA-256 of the file.
  std::string sha256() const;

  /// Throws Error(format) when there is no such column.
  std::size_t column(std::string_view name) const;
  /// The first of several names that there is, letters in either case.
  std::optional<std::size_t> find_column(std::initializer_list<std::string_view> names) const;

  /// Goes to the next row; false at the end. Throws Error(format) when it is not CSV or has more or
  /// fewer fields than the header.
  bool next();
  /// A field of the row, UTF-8 (bytes that are not become U+FFFD).
  const std::string& field(std::size_t column) const { return row_.fields[column]; }
  /// The file and the row's line, for messages.
  const std::string& where() const { return where_; }
  std::size_t line() const { return row_.line; }

 private:
  bool read_row();

  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> file_;
  std::string inflated_;  // the text of a gzip file
  std::optional<CsvReader> reader_;
  std::vector<std::string> header_;
  CsvRow row_;
  std::string where_;
};

}  // namespace raygen::engine
