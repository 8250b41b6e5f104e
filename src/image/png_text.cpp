// PNG keeps text as Latin-1 (tEXt, zTXt) or UTF-8 (iTXt); the engine knows UTF-8 only.

#include "error.hpp"
#include "image/codec.hpp"
#include "storage/utf8.hpp"

namespace raygen::engine {

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const unsigned code_point = static_cast<unsigned char>(c);
    if (code_point >= 0x80) out.push_back(static_cast<char>(0xC0 | code_point >> 6));
    out.push_back(static_cast<char>(code_point < 0x80 ? code_point : 0x80 | (code_point & 0x3F)));
  }
  return out;
}

std::optional<std::string> utf8_to_latin1(std::string_view text, const std::string& what) {
  if (const std::size_t valid = utf8::valid_bytes(text); valid < text.size())
    fail(Status::invalid_argument, "{} is not UTF-8: see byte {} of {}", what, valid, text.size());
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code_point = static_cast<unsigned char>(text[at]);
    if (code_point > 0xC3) return std::nullopt;  // the lead byte of U+0100 and beyond
    if (code_point >= 0x80)
      code_point = (code_point << 6 & 0xC0) | (static_cast<unsigned char>(text[++at]) & 0x3F);
    out.push_back(static_cast<char>(code_point));
  }
  return out;
}

}  // namespace raygen::engine
