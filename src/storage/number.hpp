#pragma once
// Numbers in text: ASCII digits with a point, the whole text and nothing around it, whatever the
// host's C or C++ locale is. formatted() of formatted.hpp writes them alike.

#include <charconv>
#include <concepts>
#include <string_view>
#include <system_error>

namespace raygen::engine {

/// False, and `value` is as it was, when `text` is not a number of this type, or too large for it.
template <std::integral Number>
bool parse_number(std::string_view text, Number& value, int base = 10) {
  const char* const end = text.data() + text.size();
  Number parsed{};
  const auto [stop, error] = std::from_chars(text.data(), end, parsed, base);
  if (error != std::errc() || stop != end) return false;
  value = parsed;
  return true;
}
template <std::floating_point Number>
bool parse_number(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  Number parsed{};
  const auto [stop, error] = std::from_chars(text.data(), end, parsed);
  if (error != std::errc() || stop != end) return false;
  value = parsed;
  return true;
}

}  // namespace raygen::engine
