// PNG keeps text as Latin-1 (tEXt, zTXt) or UTF-8 (iTXt); the engine knows UTF-8 only.

#include "error.hpp"
#include "image/codec.hpp"

#include <utf8proc.h>

namespace raygen::engine {
namespace {

void append(std::string& out, utf8proc_int32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(code_point, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

/// Calls take(code point, or -1 for a byte that is not UTF-8, its offset).
template <typename Take>
void each_code_point(std::string_view text, Take take) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    utf8proc_int32_t code_point = -1;
    const auto used =
        utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
    take(used > 0 ? code_point : -1, at);
    at += used > 0 ? static_cast<std::size_t>(used) : 1;
  }
}

}  // namespace

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) append(out, static_cast<unsigned char>(c));
  return out;
}

std::optional<std::string> utf8_to_latin1(std::string_view text, const std::string& what) {
  std::string out;
  bool fits = true;
  each_code_point(text, [&](utf8proc_int32_t code_point, std::size_t at) {
    if (code_point < 0)
      fail(Status::invalid_argument, "{} is not UTF-8: see byte {} of {}", what, at, text.size());
    if (code_point > 0xff) fits = false;
    out.push_back(static_cast<char>(code_point));
  });
  if (!fits) return std::nullopt;
  return out;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  each_code_point(text, [&](utf8proc_int32_t code_point, std::size_t) {
    append(out, code_point < 0 ? 0xfffd : code_point);
  });
  return out;
}

}  // namespace raygen::engine
