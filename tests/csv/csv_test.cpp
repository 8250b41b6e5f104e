#include "csv/csv.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using raygen::csv_line;
using raygen::CsvError;
using raygen::CsvReader;
using raygen::CsvRow;

namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> rows_of(const std::string& text) {
  CsvReader reader(text, "t.csv");
  std::vector<Fields> rows;
  for (CsvRow row; reader.next(row);) rows.push_back(row.fields);
  return rows;
}

}  // namespace

TEST_CASE("rows and fields of a CSV text") {
  const auto [text, rows] = GENERATE(table<std::string, std::vector<Fields>>(
      {{"", {}},
       {"\n\r\n\n", {}},
       {"a", {{"a"}}},
       {"a,b\nc,d\n", {{"a", "b"}, {"c", "d"}}},
       {"a,b\r\nc,d", {{"a", "b"}, {"c", "d"}}},
       {"a\rb", {{"a"}, {"b"}}},
       {",", {{"", ""}}},
       {"a,", {{"a", ""}}},
       {"\"\"", {{""}}},
       {"\n\"\"\n\n", {{""}}},
       {"\xef\xbb\xbfid\n1", {{"id"}, {"1"}}},
       {"\"a,b\",\"say \"\"so\"\"\"", {{"a,b", "say \"so\""}}},
       {"\"two\nlines\"\r\nx", {{"two\nlines"}, {"x"}}},
       {" a , b ", {{" a ", " b "}}},
       {"a\"b\"", {{"a\"b\""}}},
       {std::string("a\0b", 3), {{std::string("a\0b", 3)}}}}));
  CAPTURE(text);
  CHECK(rows_of(text) == rows);
}

TEST_CASE("a row knows the line it begins in") {
  CsvReader reader("a\n\n\"b\n\nb\"\r\nc\n", "t.csv");
  std::vector<std::size_t> lines;
  for (CsvRow row; reader.next(row);) lines.push_back(row.line);
  CHECK(lines == std::vector<std::size_t>{1, 3, 6});
}

TEST_CASE("what is not CSV is refused with its line") {
  CHECK_THROWS_WITH(rows_of("a\n\"b\n\n"),
                    "t.csv, line 2: not CSV: a quoted field is never closed");
  CHECK_THROWS_WITH(rows_of("a\n\"b\"c"),
                    "t.csv, line 2: not CSV: something follows the closing quote of a field");
  CHECK_THROWS_AS(rows_of("\""), CsvError);
}

TEST_CASE("a line is quoted where it needs it") {
  CHECK(csv_line({"a", "b c", ""}) == "a,b c,\n");
  CHECK(csv_line({""}) == "\"\"\n");  // an empty line would be no row
  CHECK(csv_line({"a,b", "\"", "\r", "\n"}) == "\"a,b\",\"\"\"\",\"\r\",\"\n\"\n");
}

TEST_CASE("what is written reads back") {
  const std::vector<std::string> pieces = {"",   "a",    ",", "\"", "\n",
                                           "\r", "\r\n", " ", "ü",  "\"\""};
  std::string text;
  std::vector<Fields> rows;
  for (const std::string& first : pieces) {
    for (const std::string& second : pieces) {
      rows.push_back({first, first + second, second + "x" + first});
      text += csv_line(rows.back());
    }
  }
  CHECK(rows_of(text) == rows);
}
