#pragma once
// CSV as RFC 4180 has it: quotes, doubled quotes, commas and newlines inside quotes; LF or CRLF; a byte order mark is skipped.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::cli {

struct CsvRow {
  std::size_t line;  // where it begins, from 1
  std::vector<std::string> fields;
};

/// Empty lines are left out. Throws Error(format) naming `where` and the line.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& where);
/// The fields, quoted where they need it; ending in LF.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace raygen::cli
