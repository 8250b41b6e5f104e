#pragma once
// Hosts whose locales are not C's: with a decimal comma, a point between thousands, or Turkish
// letters, in C's locale and in C++'s.

#include <catch2/catch.hpp>

#include <clocale>
#include <cstdlib>
#include <locale>
#include <string>

/// C++'s: "16.384,5". Needs nothing that is installed.
struct Grouped : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
  std::string do_truename() const override { return "wahr"; }
  std::string do_falsename() const override { return "falsch"; }
};

/// Both locales of a host, as long as it lives.
class HostLocales {
 public:
  /// The C locale must be there where scripts/set_up_tests.sh has made it: LOCPATH is set then.
  explicit HostLocales(const char* name) {
    if (std::setlocale(LC_ALL, name) == nullptr) REQUIRE(std::getenv("LOCPATH") == nullptr);
  }
  ~HostLocales() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, "C");
  }
  HostLocales(const HostLocales&) = delete;
  HostLocales& operator=(const HostLocales&) = delete;

 private:
  std::locale before_ = std::locale::global(std::locale(std::locale(), new Grouped));
};

/// Runs `action` in a Turkish and in a German host.
template <typename Action>
void in_every_locale(const Action& action) {
  for (const char* name : {"tr_TR.UTF-8", "de_DE.UTF-8"}) {
    INFO(name);
    const HostLocales locales(name);
    action();
  }
}
