#pragma once
// A table as programs save it: UTF-8 or UTF-16, fields separated by commas, semicolons, tabs or
// bars. What is no such table is refused by its name.

#include "csv/csv.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen {

/// The text takes more memory than is allowed.
class CsvLimitError : public CsvError {
 public:
  using CsvError::CsvError;
};

class TableText {
 public:
  /// `bytes` outlive it; UTF-16 becomes UTF-8 here, max_bytes at most. Throws CsvError naming
  /// `where` for a workbook, a JSON file or anything else that is known not to be a table.
  TableText(std::string_view bytes, std::string where, std::size_t max_bytes);

  /// Of the separators "," ";" tab and "|" the one that the header has most of outside quotes; the
  /// comma when none has more. A first line "sep=;", as Excel writes, decides.
  char separator() const { return separator_; }
  /// The rows, header first; it must not outlive this text.
  CsvReader reader() const { return {text(), where_, separator_, first_line_}; }

 private:
  std::string_view text() const { return converted_ ? std::string_view(*converted_) : original_; }
  void find_separator();

  std::string_view original_;
  std::optional<std::string> converted_;  // what was UTF-16
  std::string where_;
  char separator_ = ',';
  std::size_t first_line_ = 1;
};

/// A separator's name for messages.
std::string separator_name(char separator);

/// Whether a row has as many fields as its header. One more at the end that is empty, or one less
/// where the header's last is empty, is a separator at the end of a line, which is mended.
bool fit_to_header(CsvRow& row, const std::vector<std::string>& header);

/// Without white space at both ends: ASCII's, no-break and zero-width spaces, byte order marks.
std::string_view without_spaces(std::string_view cell);

/// Whether a cell is empty or, as a whole, one of the words that programs write for "no value":
/// nan, NA, N/A, null, None, …
bool is_missing(std::string_view cell);

/// A column's name without what people write differently: case, spaces, "_", "-", ".".
std::string plain_name(std::string_view name);

}  // namespace raygen
