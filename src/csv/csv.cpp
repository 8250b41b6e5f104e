#include "csv/csv.hpp"

#include <algorithm>
#include <utility>

namespace raygen {

CsvReader::CsvReader(std::string_view text, std::string where, char separator,
                     std::size_t first_line)
    : text_(text), where_(std::move(where)), separator_(separator), line_(first_line) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::next(CsvRow& row) {
  while (at_ < text_.size()) {
    row.line = line_;
    row.fields.clear();
    bool quoted = false;
    do row.fields.push_back(field(quoted));
    while (take(separator_));
    if (!take_newline() && at_ < text_.size())
      fail("something follows the closing quote of a field");
    if (quoted || row.fields.size() > 1 || !row.fields[0].empty()) return true;
  }
  return false;
}

std::string CsvReader::field(bool& quoted) {
  if (!take('"')) {
    const char ends[] = {separator_, '\r', '\n'};
    const std::size_t end = std::min(text_.find_first_of({ends, sizeof ends}, at_), text_.size());
    std::string plain(text_.substr(at_, end - at_));
    at_ = end;
    return plain;
  }
  quoted = true;
  const std::size_t begin = line_;
  std::string value;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"' && !take('"')) return value;
    if (c == '\n') ++line_;
    value += c;
  }
  line_ = begin;
  fail("a quoted field is never closed");
}

bool CsvReader::take(char c) {
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool CsvReader::take_newline() {
  const bool carriage_return = take('\r');
  if (!take('\n') && !carriage_return) return false;
  ++line_;
  return true;
}

void CsvReader::fail(const std::string& what) const {
  throw CsvError(where_ + ", line " + std::to_string(line_) + ": not CSV: " + what);
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& field = fields[i];
    if (i > 0) line += ',';
    if (field.find_first_of(",\"\r\n") == std::string::npos &&
        !(field.empty() && fields.size() == 1)) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + '\n';
}

}  // namespace raygen
