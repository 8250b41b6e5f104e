#pragma once

#include "error.hpp"

#include <algorithm>
#include <cstddef>
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

/// What a call with a config says of itself, in the C ABI's form; overrides: of `options`, alive as
/// long as raw is used.
template <typename Raw, typename Options>
void set_config(Raw& raw, const Options& options, const std::vector<raygen_string>& overrides) {
  raw.config = raw_string(options.config);
  raw.config_name = raw_string(options.config_name);
  raw.overrides = overrides.data();
  raw.override_count = overrides.size();
  raw.limits = &options.limits;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
}

/// The text that `f(char**, raygen_error*)` makes, freed as raygen.h wants it.
template <typename F>
std::string text_from(F&& f) {
  char* text = nullptr;
  check([&](raygen_error* error) { return f(&text, error); });
  const std::unique_ptr<char, Free<raygen_buffer_free>> keep(text);
  return text != nullptr ? text : "";
}

/// The lines of a text that are not empty.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace raygen::detail
