// Any bytes as CSV, and as a table of any encoding and separator: refused with its error, or rows
// that are the same when they are written and read again.

#include "csv/table_text.hpp"

#include "seeds.hpp"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

using namespace raygen;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(CsvReader reader, std::size_t lines) {
  Rows rows;
  for (CsvRow row; reader.next(row);) {
    if (row.fields.empty() || row.line > lines) std::abort();
    rows.push_back(row.fields);
  }
  return rows;
}

std::optional<Rows> read(const std::string& text) {
  try {
    return rows_of(CsvReader(text, "fuzz"), text.size());
  } catch (const CsvError&) {
    return std::nullopt;
  }
}

/// The same, whatever its encoding and separator are.
void read_table(const std::string& bytes) {
  constexpr std::size_t max_bytes = 4096;
  try {
    const TableText text(bytes, "fuzz", max_bytes);
    Rows rows = rows_of(text.reader(), bytes.size() + 1);
    for (std::vector<std::string>& fields : rows) {
      CsvRow row{1, fields};
      if (fit_to_header(row, rows[0]) != (row.fields.size() == rows[0].size())) std::abort();
      for (const std::string& field : fields) {
        if (is_missing(field) && without_spaces(field).size() > 4) std::abort();
        if (plain_name(field).size() > field.size()) std::abort();
      }
    }
  } catch (const CsvError&) {
  }
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {"id,text\n1,\"two\nlines\"\n2,\"say \"\"so\"\"\"\r\n",
          "\xef\xbb\xbf"
          "a,b\r\n\r\n\"\",\n",
          "\"a",
          "sep=;\r\npath;text;patient\r\na.png;\"one; two\";1;\r\n;;\r\n",
          "path\ttext|more\ra.png\tnan\rb.png\t<NA>\r",
          std::string("\xff\xfep\0,\0t\0\n\0a\0,\0\x3e\xd8\xc1\xde\n\0", 20),
          std::string("\0p\0|\0t\0\n\0a\0|\xd8\x3e", 14),
          "PK\x03\x04",
          "{\"path\": 1}"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  read_table(input);
  const std::optional<Rows> rows = read(input);
  if (!rows) return 0;
  std::string written;
  for (const auto& fields : *rows) written += csv_line(fields);
  // A field that begins with a byte order mark, at the very beginning, is the one thing lost.
  if (!written.starts_with("\xef\xbb\xbf") && read(written) != rows) std::abort();
  return 0;
}
