#include "text/unicode.hpp"

#include <utf8proc.h>

namespace raygen::engine {

namespace {

constexpr char32_t replacement = 0xFFFD;

/// The valid values of the byte after `lead`: narrower than 80..BF where a longer form, a surrogate
/// or more than 10FFFF would begin.
struct SecondByte {
  unsigned low = 0x80, high = 0xBF;
};

SecondByte second_byte(unsigned lead) {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {};
  }
}

int continuation_bytes(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  if (lead >= 0xF0 && lead <= 0xF4) return 3;
  return -1;  // a continuation byte, or one that never occurs
}

}  // namespace

std::u32string decode_utf8(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  std::size_t i = 0;
  while (i < bytes.size()) {
    const unsigned lead = static_cast<unsigned char>(bytes[i++]);
    if (lead < 0x80) {
      text.push_back(lead);
      continue;
    }
    int remaining = continuation_bytes(lead);
    if (remaining < 0) {
      text.push_back(replacement);
      continue;
    }
    char32_t code_point = lead & (0x3FU >> remaining);
    SecondByte range = second_byte(lead);
    for (; remaining > 0 && i < bytes.size(); --remaining, range = {}) {
      const unsigned byte = static_cast<unsigned char>(bytes[i]);
      if (byte < range.low || byte > range.high) break;
      code_point = code_point << 6 | (byte & 0x3F);
      ++i;
    }
    text.push_back(remaining == 0 ? code_point : replacement);
  }
  return text;
}

std::string encode_utf8(std::u32string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (const char32_t code_point : text) {
    utf8proc_uint8_t buffer[4];
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), buffer);
    bytes.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(length));
  }
  return bytes;
}

}  // namespace raygen::engine
