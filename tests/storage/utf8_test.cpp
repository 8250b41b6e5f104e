#include "storage/utf8.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace raygen::engine;

TEST_CASE("well-formed UTF-8 is told from what is not") {
  for (const char* text : {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000",
                           "\uffff", "\U00010000", "\U0010ffff", "größer ½ 胸部 𝔄"}) {
    CAPTURE(text);
    CHECK(utf8::is_valid(text));
    CHECK(utf8::repair(text) == text);
  }
  CHECK(utf8::is_valid(std::string(3, '\0')));
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
                           "\xe2\x82", "\xed\xa0\x80", "\xef\xbf", "\xf0\x8f\xbf\xbf",
                           "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    CAPTURE(text);
    CHECK(utf8::first_character(text) == 0);
    CHECK_FALSE(utf8::is_valid(text));
    CHECK(utf8::valid_bytes(std::string("½a") + text) == 3);
    CHECK(utf8::is_valid(utf8::repair(text)));
  }
}

TEST_CASE("every byte that is not UTF-8 is replaced, and nothing else") {
  CHECK(utf8::repair("a\xe9z") == "a\ufffdz");
  CHECK(utf8::repair("\xe2\x82½\xff") == "\ufffd\ufffd½\ufffd");
  CHECK(utf8::repair("\xf0\x9f\x98\x80") == "\U0001f600");
}

TEST_CASE("names that are not UTF-8 stay two names when they are written out") {
  CHECK(utf8::escape("caf\xe9.png") == "caf\\xe9.png");
  CHECK(utf8::escape("caf\xe8.png") == "caf\\xe8.png");
  CHECK(utf8::escape("größer ½") == "größer ½");
  CHECK(utf8::escape("\xff\xfe") == "\\xff\\xfe");
}

TEST_CASE("first_character measures one character") {
  CHECK(utf8::first_character("") == 0);
  CHECK(utf8::first_character("ab") == 1);
  CHECK(utf8::first_character("½a") == 2);
  CHECK(utf8::first_character("胸部") == 3);
  CHECK(utf8::first_character("𝔄") == 4);
}

TEST_CASE("only ASCII's letters change their case") {
  CHECK(ascii_lower("IMPRESSION İ É Z@[`{") == "impression İ É z@[`{");
  CHECK(ascii_lower('Q') == 'q');
  CHECK(ascii_upper('i') == 'I');
  CHECK(ascii_upper('{') == '{');
}
