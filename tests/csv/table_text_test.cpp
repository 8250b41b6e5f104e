#include "csv/table_text.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace raygen;

namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> rows_of(const std::string& bytes, std::size_t max_bytes = 1 << 20) {
  const TableText text(bytes, "t.csv", max_bytes);
  CsvReader reader = text.reader();
  std::vector<Fields> rows;
  for (CsvRow row; reader.next(row);) rows.push_back(row.fields);
  return rows;
}

/// ASCII and what is told in UTF-16 units, as bytes.
std::string utf16(const std::u16string& text, bool big, bool mark = true) {
  std::string bytes;
  const auto add = [&](char16_t unit) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xff);
    bytes += big ? high : low;
    bytes += big ? low : high;
  };
  if (mark) add(0xfeff);
  for (const char16_t unit : text) add(unit);
  return bytes;
}

}  // namespace

TEST_CASE("the header decides what separates") {
  const std::vector<Fields> rows = {{"path", "text"},
                                    {"a.png", "Effusion, small; left|right\there"}};
  for (const std::string separator : {",", ";", "\t", "|"}) {
    CAPTURE(separator);
    const std::string cell = "\"Effusion, small; left|right\there\"";
    CHECK(rows_of("path" + separator + "text\na.png" + separator + cell + "\n") == rows);
    CHECK(rows_of("\n\r\npath" + separator + "text\r\na.png" + separator + cell) == rows);
  }
  CHECK(rows_of("path;text, German;patient\na;b;c\n")[1] == Fields{"a", "b", "c"});
  CHECK(rows_of("\"a;b;c\",d\n1,2\n")[1] == Fields{"1", "2"});
  CHECK(rows_of("a;b,c\n1,2\n")[0] == Fields{"a;b", "c"});  // the comma, of equal ones
  CHECK(rows_of("prompt\na; b\n")[1] == Fields{"a; b"});
  CHECK(rows_of("path\ttext\ra.png\tone\rb.png\ttwo\r")[2] == Fields{"b.png", "two"});
}

TEST_CASE("Excel's line that tells the separator is no row") {
  for (const std::string begin : {"sep=;\n", "SEP=;\r\n", "\xef\xbb\xbfsep=;\n"}) {
    const std::string bytes = begin + "path;a,b,c\nx;y\n";
    CHECK(rows_of(bytes) == std::vector<Fields>{{"path", "a,b,c"}, {"x", "y"}});
    const TableText text(bytes, "t.csv", 1000);
    CsvReader reader = text.reader();
    CsvRow row;
    reader.next(row);
    CHECK(row.line == 2);
  }
  CHECK(rows_of(utf16(u"sep=:\na:b\n1:2\n", false))[1] == Fields{"1", "2"});
}

TEST_CASE("UTF-16 becomes UTF-8") {
  const std::u16string text = u"path,text\nä.png,\"\x4f60, \xd83e\xdec1\"\nb.png,\xd83e\n";
  for (const bool big : {false, true}) {
    for (const bool mark : {true, false}) {
      CAPTURE(big, mark);
      const auto rows = rows_of(utf16(text, big, mark));
      REQUIRE(rows.size() == 3);
      CHECK(rows[0] == Fields{"path", "text"});
      CHECK(rows[1] == Fields{"\xc3\xa4.png", "\xe4\xbd\xa0, \xf0\x9f\xab\x81"});
      CHECK(rows[2] == Fields{"b.png", "\xef\xbf\xbd"});  // half a pair
    }
  }
  CHECK_THROWS_WITH(rows_of(utf16(u"a,b", false) + "x"), Catch::Contains("odd number of bytes"));
  CHECK_THROWS_WITH(rows_of(std::string("\xff\xfe\0\0a\0\0\0", 8)), Catch::Contains("UTF-32"));
  const std::string wide = utf16(std::u16string(100, u'\x4f60'), true);
  CHECK(rows_of(wide, 303).size() == 1);
  CHECK_THROWS_AS(rows_of(wide, 302), CsvLimitError);
}

TEST_CASE("what is no table is refused by its name") {
  const auto [bytes, name] = GENERATE(
      table<std::string, std::string>({{"PK\x03\x04xl/workbook.xml", ".xlsx"},
                                       {"\xd0\xcf\x11\xe0\xa1\xb1", ".xls"},
                                       {"PAR1\x15", "Parquet"},
                                       {"{\"path\": \"a.png\"}", "JSON"},
                                       {"[{\"path\": 1}]", "JSON"},
                                       {"<!DOCTYPE html>", "HTML"},
                                       {"version https://git-lfs.github.com/spec/v1\n", "Git LFS"},
                                       {"\x1f\x8b\x08", "gzip"},
                                       {"BZh91AY", "bzip2"}}));
  CHECK_THROWS_WITH(rows_of(bytes), Catch::StartsWith("t.csv: ") && Catch::Contains(name));
}

TEST_CASE("a separator at the end of a line is no field") {
  const std::vector<std::string> header = {"a", "b"}, open = {"a", "b", ""};
  const auto fits = [](Fields fields, const std::vector<std::string>& names) {
    CsvRow row{1, std::move(fields)};
    return fit_to_header(row, names) && row.fields.size() == names.size();
  };
  CHECK(fits({"1", "2"}, header));
  CHECK(fits({"1", "2", ""}, header));
  CHECK(fits({"1", "2"}, open));
  CHECK_FALSE(fits({"1", "2", "3"}, header));
  CHECK_FALSE(fits({"1", "2", "none"}, header));
  CHECK_FALSE(fits({"1"}, header));
  CHECK_FALSE(fits({"1", "2", "", ""}, header));
}

TEST_CASE("words for no value") {
  for (const char* word :
       {"", " ", "nan", "NaN", " NA ", "N/A", "null", "None", "<NA>", "\xc2\xa0"})
    CHECK(is_missing(word));
  for (const char* word : {"None.", "nano", "0", "no", "na na", "-"}) CHECK_FALSE(is_missing(word));
}

TEST_CASE("names of columns are alike") {
  for (const char* name :
       {"Patient ID", "patient_id", "PatientID", "\xef\xbb\xbfpatient-id\xc2\xa0"})
    CHECK(plain_name(name) == "patientid");
}
