#include "storage/utf8.hpp"

#include "formatted.hpp"

namespace raygen::engine {

namespace {

unsigned byte(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

}  // namespace

// The Unicode Standard, table 3-7: the second byte's range keeps out longer forms than needed,
// surrogates, and what is above 10FFFF.
std::size_t utf8::first_character(std::string_view text) {
  const unsigned lead = byte(text, 0);
  if (text.empty() || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return 0;
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (size > 1) {
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(text, 1) < low || byte(text, 1) > high) return 0;
  }
  for (std::size_t i = 2; i < size; ++i)
    if ((byte(text, i) & 0xC0U) != 0x80) return 0;
  return size;
}

std::size_t utf8::valid_bytes(std::string_view text) {
  std::size_t at = 0;
  while (const std::size_t size = first_character(text.substr(at))) at += size;
  return at;
}

namespace {

/// `instead(byte)` stands for each byte that is not UTF-8.
template <typename Instead>
std::string replaced(std::string_view text, const Instead& instead) {
  std::string result;
  while (true) {
    const std::size_t valid = utf8::valid_bytes(text);
    result += text.substr(0, valid);
    if (valid == text.size()) return result;
    result += instead(static_cast<unsigned char>(text[valid]));
    text.remove_prefix(valid + 1);
  }
}

}  // namespace

std::string utf8::repair(std::string_view text) {
  return replaced(text, [](unsigned char) { return "\uFFFD"; });
}

std::string utf8::escape(std::string_view text) {
  return replaced(text, [](unsigned char byte) { return formatted("\\x{:02x}", byte); });
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ascii_lower(c);
  return lower;
}

}  // namespace raygen::engine
