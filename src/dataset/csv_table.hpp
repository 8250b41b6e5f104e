#pragma once
// A table with a header, read row by row; plain or gzip, of any encoding and separator that
// csv/table_text.hpp knows.

#include "csv/table_text.hpp"
#include "limits.hpp"

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

class MappedFile;

/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

class CsvTable {
 public:
  /// Throws Error(io | format | limit).
  explicit CsvTable(const std::filesystem::path& path, const Limits& limits = {});
  ~CsvTable();
  CsvTable(const CsvTable&) = delete;
  CsvTable& operator=(const CsvTable&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::vector<std::string>& header() const { return header_; }
  /// SHA-256 of the file.
  std::string sha256() const;

  /// As it is written or, when no column is, in the other case. Throws Error(format) when there is
  /// no such column, or more than one.
  std::size_t column(std::string_view name) const;
  /// The first of several names that there is, letters in either case. Throws Error(format) when
  /// two columns have it.
  std::optional<std::size_t> find_column(std::initializer_list<std::string_view> names) const;
  /// All columns whose names differ from this one in case, spaces, "_", "-" and "." only
  /// (plain_name); one that does not differ comes first.
  std::vector<std::size_t> columns_like(std::string_view name) const;
  /// The same for several names, in their order.
  std::vector<std::size_t> columns_like(const std::vector<std::string_view>& names) const;
  /// All columns, and what is between them: for messages that a column is missing.
  std::string header_text() const;

  /// Goes to the next row that has any value; false at the end. Throws Error(format) when it is not
  /// CSV or has more or fewer fields than the header.
  bool next();
  /// A field of the row, UTF-8 (bytes that are not become U+FFFD).
  const std::string& field(std::size_t column) const { return row_.fields[column]; }
  /// The same as it stands in the file: a name of a file may be no UTF-8.
  const std::string& bytes(std::size_t column) const;
  /// The file and the row's line, for messages.
  const std::string& where() const { return where_; }
  std::size_t line() const { return row_.line; }
  /// How many rows so far held bytes that are not UTF-8.
  std::size_t repaired_rows() const { return repaired_rows_; }

 private:
  bool read_row();
  std::optional<std::size_t> only(std::string_view name,
                                  const std::function<bool(const std::string&)>& is) const;

  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> file_;
  std::string inflated_;  // the bytes of a gzip file
  std::optional<TableText> text_;
  std::optional<CsvReader> reader_;
  std::vector<std::string> header_;
  CsvRow row_;
  std::map<std::size_t, std::string> bytes_;  // of the fields that are no UTF-8
  std::string where_;
  std::size_t repaired_rows_ = 0;
};

}  // namespace raygen::engine
