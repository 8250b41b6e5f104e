#pragma once
// Text is UTF-8 everywhere inside; letters that mean something to a program are ASCII's, whatever
// the host's locale is.

#include <cstddef>
#include <string>
#include <string_view>

namespace raygen::engine {

namespace utf8 {

/// Bytes of the character that `text` begins with; 0 when it does not begin with a well-formed one.
std::size_t first_character(std::string_view text);
/// Bytes before the first that is not UTF-8; text.size() when there is none.
std::size_t valid_bytes(std::string_view text);
inline bool is_valid(std::string_view text) { return valid_bytes(text) == text.size(); }
/// Each byte that is not UTF-8 becomes U+FFFD.
std::string repair(std::string_view text);
/// Each byte that is not UTF-8 is written out as a shell does, "\xe9": so names of files, which are
/// bytes, stand in texts, and two names stay two.
std::string escape(std::string_view text);

}  // namespace utf8

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
std::string ascii_lower(std::string_view text);

}  // namespace raygen::engine
