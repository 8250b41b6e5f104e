#pragma once

#include "error.hpp"

#include <memory>
#include <string>
#include <vector>

namespace raygen::detail {

/// A string as raygen.h takes it. Alive as long as the string.
inline raygen_string raw_string(const std::string& string) {
  return {string.data(), string.size()};
}
inline std::vector<raygen_string> raw_strings(const std::vector<std::string>& strings) {
  std::vector<raygen_string> raw;
  raw.reserve(strings.size());
  for (const std::string& string : strings) raw.push_back(raw_string(string));
  return raw;
}

/// The text that `f(char**, raygen_error*)` makes, freed as raygen.h wants it.
template <typename F>
std::string text_from(F&& f) {
  char* text = nullptr;
  check([&](raygen_error* error) { return f(&text, error); });
  const std::unique_ptr<char, Free<raygen_buffer_free>> keep(text);
  return text != nullptr ? text : "";
}

}  // namespace raygen::detail
