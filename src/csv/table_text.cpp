#include "csv/table_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace raygen {
namespace {

struct Signature {
  std::string_view bytes;
  const char* what;
};

/// What people save, or get, in place of a table.
constexpr Signature other_formats[] = {
    {{"PK\x03\x04", 4}, "a ZIP archive or an Excel workbook (.xlsx)"},
    {{"\xd0\xcf\x11\xe0", 4}, "an Excel workbook (.xls)"},
    {{"PAR1", 4}, "a Parquet file"},
    {{"ARROW1", 6}, "an Arrow file"},
    {{"\x89HDF", 4}, "an HDF5 file"},
    {{"SQLite format 3", 15}, "an SQLite database"},
    {{"%PDF", 4}, "a PDF file"},
    {{"BZh", 3}, "a file packed by bzip2"},
    {{"\xfd"
      "7zXZ",
      5},
     "a file packed by xz"},
    {{"\x28\xb5\x2f\xfd", 4}, "a file packed by zstd"},
    {{"7z\xbc\xaf", 4}, "a 7-Zip archive"},
    {{"\x1f\x8b", 2}, "a file packed by gzip"},
    {{"version https://git-lfs", 23}, "a pointer of Git LFS, whose file was not fetched"},
    {{"{\"", 2}, "JSON"},
    {{"{\n", 2}, "JSON"},
    {{"{\r", 2}, "JSON"},
    {{"{ ", 2}, "JSON"},
    {{"[{", 2}, "JSON"},
    {{"[\n", 2}, "JSON"},
    {{"<!", 2}, "HTML or XML"},
    {{"<?xml", 5}, "XML"},
    {{"<html", 5}, "HTML"},
};

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
constexpr std::array<char, 4> separators = {',', ';', '\t', '|'};

enum class Encoding { utf8, utf16_little, utf16_big };

/// By the byte order mark or, without one, by the zero that a header's first letter has in UTF-16.
Encoding encoding_of(std::string_view bytes, const std::string& where) {
  const auto starts = [&](std::string_view mark) { return bytes.starts_with(mark); };
  if (starts({"\xff\xfe\0\0", 4}) || starts({"\0\0\xfe\xff", 4}))
    throw CsvError(where + ": the encoding is UTF-32; UTF-8 or UTF-16 was expected");
  if (starts("\xff\xfe")) return Encoding::utf16_little;
  if (starts("\xfe\xff")) return Encoding::utf16_big;
  if (bytes.size() >= 4 && bytes.size() % 2 == 0) {
    const auto zero = [&](std::size_t i) { return bytes[i] == '\0'; };
    if (!zero(0) && zero(1) && !zero(2) && zero(3)) return Encoding::utf16_little;
    if (zero(0) && !zero(1) && zero(2) && !zero(3)) return Encoding::utf16_big;
  }
  return Encoding::utf8;
}

void append_utf8(std::string& text, char32_t c) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      add(0xe0 | c >> 12);
    } else {
      add(0xf0 | c >> 18);
      add(0x80 | (c >> 12 & 0x3f));
    }
    add(0x80 | (c >> 6 & 0x3f));
  }
  add(0x80 | (c & 0x3f));
}

/// Half a pair of surrogates becomes U+FFFD.
std::string from_utf16(std::string_view bytes, bool big, const std::string& where,
                       std::size_t max_bytes) {
  if (bytes.size() % 2 != 0)
    throw CsvError(where + ": UTF-16 of an odd number of bytes; the file is cut");
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]),
               second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(big ? first << 8 | second : second << 8 | first);
  };
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xd800 && c < 0xe000) {
      const char32_t low = c < 0xdc00 && i + 2 < bytes.size() ? unit(i + 2) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      } else {
        c = 0xfffd;
      }
    }
    append_utf8(text, c);
    if (text.size() > max_bytes)
      throw CsvLimitError(where + ": as UTF-8 it has more than the limit of " +
                          std::to_string(max_bytes) + " bytes");
  }
  return text;
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The first line that is not empty, and all of it when a quoted name goes on in the next.
std::string_view header_line(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && (text[i] == '\n' || text[i] == '\r')) return text.substr(0, i);
  }
  return text;
}

}  // namespace

TableText::TableText(std::string_view bytes, std::string where, std::size_t max_bytes)
    : original_(bytes), where_(std::move(where)) {
  for (const Signature& other : other_formats) {
    if (bytes.starts_with(other.bytes))
      throw CsvError(where_ + ": " + other.what + "; a CSV file with a header was expected");
  }
  if (const Encoding encoding = encoding_of(bytes, where_); encoding != Encoding::utf8)
    converted_ = from_utf16(bytes, encoding == Encoding::utf16_big, where_, max_bytes);
  find_separator();
}

void TableText::find_separator() {
  std::string_view rest = text();
  if (rest.starts_with(utf8_mark)) rest.remove_prefix(utf8_mark.size());
  constexpr std::string_view told = "sep=";
  if (rest.size() > told.size() && lower(rest[0]) == 's' && lower(rest[1]) == 'e' &&
      lower(rest[2]) == 'p' && rest[3] == '=') {
    const std::size_t end = rest.find_first_of("\r\n");
    if (end == told.size() + 1 && rest[4] != '"') {
      separator_ = rest[4];
      rest.remove_prefix(end + (rest.substr(end).starts_with("\r\n") ? 2 : 1));
      if (converted_) {
        *converted_ = std::string(rest);
      } else {
        original_ = rest;
      }
      first_line_ = 2;
      return;
    }
  }
  const std::string_view header = header_line(rest);
  std::array<std::size_t, separators.size()> counts{};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const auto* const found = std::find(separators.begin(), separators.end(), c);
    if (!quoted && found != separators.end())
      ++counts[static_cast<std::size_t>(found - separators.begin())];
  }
  separator_ = separators[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                                   counts.begin())];  // the first of several
}

std::string separator_name(char separator) {
  switch (separator) {
    case ',':
      return "commas";
    case ';':
      return "semicolons";
    case '\t':
      return "tabs";
    case '|':
      return "bars (\"|\")";
    default:
      return std::string("\"") + separator + '"';
  }
}

bool fit_to_header(CsvRow& row, const std::vector<std::string>& header) {
  if (row.fields.size() == header.size() + 1 && without_spaces(row.fields.back()).empty())
    row.fields.pop_back();
  else if (row.fields.size() + 1 == header.size() && header.back().empty())
    row.fields.emplace_back();
  return row.fields.size() == header.size();
}

std::string_view without_spaces(std::string_view cell) {
  constexpr std::string_view spaces[] = {" ",  "\t",       "\r",           "\n",          "\v",
                                         "\f", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view space : spaces) {
      for (; cell.starts_with(space); again = true) cell.remove_prefix(space.size());
      for (; cell.ends_with(space); again = true) cell.remove_suffix(space.size());
    }
  }
  return cell;
}

bool is_missing(std::string_view cell) {
  cell = without_spaces(cell);
  constexpr std::string_view words[] = {"",     "nan", "<na>", "na",   "n/a",
                                        "#n/a", "#na", "null", "none", "nat"};
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
    return std::equal(cell.begin(), cell.end(), word.begin(), word.end(),
                      [](char a, char b) { return lower(a) == b; });
  });
}

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : without_spaces(name)) {
    if (std::string_view(" _-.").find(c) == std::string_view::npos) plain += lower(c);
  }
  return plain;
}

}  // namespace raygen
