#include "storage/number.hpp"
#include "grouped_locale.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>

using namespace raygen::engine;

TEST_CASE("a number is the whole text, in one way to write it") {
  std::int64_t integer = 7;
  CHECK(parse_number("-16384", integer));
  CHECK(integer == -16384);
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "1,000", "1.000", "0x10", "1e3",
                           "9223372036854775808", "one"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text, integer));
  }
  CHECK(integer == -16384);  // as it was
  std::uint64_t large = 0;
  CHECK(parse_number("18446744073709551615", large));
  CHECK(large == UINT64_MAX);
  CHECK_FALSE(parse_number("-1", large));
  CHECK(parse_number("ff", large, 16));
  CHECK(large == 255);
  double real = 0;
  CHECK(parse_number("1e-4", real));
  CHECK(real == 0.0001);
  for (const char* text : {"0,5", "1.5 ", "", "."}) CHECK_FALSE(parse_number(text, real));
}

TEST_CASE("numbers are read alike whatever the host's locales are") {
  in_every_locale([] {
    std::int64_t integer = 0;
    CHECK_FALSE(parse_number("16.384", integer));
    CHECK(parse_number("16384", integer));
    CHECK(integer == 16384);
    double real = 0;
    CHECK(parse_number("0.5", real));
    CHECK(real == 0.5);
    CHECK_FALSE(parse_number("0,5", real));
  });
}
