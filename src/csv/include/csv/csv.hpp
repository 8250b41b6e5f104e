#pragma once
// CSV as RFC 4180 has it: quotes, doubled quotes, commas and newlines inside quotes; LF, CRLF or
// CR; a byte order mark is skipped. Standard library only: the command reads its prompts with it,
// the engine its tables. Tables of other encodings and separators: table_text.hpp.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace raygen {

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

class CsvError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Row after row of a text that outlives it.
class CsvReader {
 public:
  /// `where` names the text in errors; first_line: the number of its first line.
  CsvReader(std::string_view text, std::string where, char separator = ',',
            std::size_t first_line = 1);

  /// The next row that is not an empty line; false at the end. Throws CsvError naming `where` and
  /// the line.
  bool next(CsvRow& row);
  std::size_t line() const { return line_; }

 private:
  std::string field(bool& quoted);
  bool take(char c);
  bool take_newline();
  [[noreturn]] void fail(const std::string& what) const;

  std::string_view text_;
  std::string where_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_;
};

/// The fields, quoted where they need it; ending in LF.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace raygen
