#include "figure/text_lines.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace raygen::cli {
namespace {

/// Of DejaVu Sans, from the space on, in hundredths of the font's size.
constexpr unsigned char ascii_widths[] = {
    32, 40, 46, 84, 64, 95, 78, 27, 39,  39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
    60, 79, 69, 63, 61, 73, 68, 99, 69,  61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
    63, 28, 28, 58, 28, 97, 63, 61, 63,  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84};
constexpr double other_width = 0.7, wide_width = 1, bold_factor = 1.12;
constexpr utf8proc_int32_t replacement = 0xFFFD;

/// What is drawn as one sign, such as a letter with its accents.
struct Sign {
  std::string text;
  double width = 0;  // of a font of size 1
  bool space = false;
  bool wide = false;  // of a script without spaces: lines are broken beside it
};

double width_of(utf8proc_int32_t code) {
  if (code >= ' ' && code < 127) return ascii_widths[code - ' '] / 100.0;
  const int columns = utf8proc_charwidth(code);
  return columns == 0 ? 0 : columns == 2 ? wide_width : other_width;
}

/// What a page cannot show: XML has no control characters, and no U+FFFE or U+FFFF.
bool is_shown(utf8proc_int32_t code) {
  return utf8proc_category(code) != UTF8PROC_CATEGORY_CC && (code & 0xFFFE) != 0xFFFE;
}

bool is_space(utf8proc_int32_t code) {
  return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

void append(std::string& text, utf8proc_int32_t code) {
  utf8proc_uint8_t bytes[4];
  const auto count = utf8proc_encode_char(code, bytes);
  text.append(bytes, bytes + count);
}

std::vector<Sign> signs_of(const std::string& text) {
  std::vector<Sign> signs;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  utf8proc_int32_t previous = 0, state = 0;
  for (utf8proc_ssize_t at = 0; at < size;) {
    utf8proc_int32_t code = replacement;
    const utf8proc_ssize_t read = utf8proc_iterate(bytes + at, size - at, &code);
    if (read < 1) code = replacement;
    at += read < 1 ? 1 : read;
    if (is_space(code)) code = ' ';
    if (!is_shown(code) || (code == ' ' && !signs.empty() && signs.back().space)) continue;
    if (signs.empty() || utf8proc_grapheme_break_stateful(previous, code, &state))
      signs.emplace_back();
    previous = code;
    Sign& sign = signs.back();
    append(sign.text, code);
    sign.width = std::max(sign.width, width_of(code));
    sign.space = code == ' ';
    sign.wide = sign.wide || utf8proc_charwidth(code) == 2;
  }
  return signs;
}

double width_of(const std::vector<Sign>& signs, std::size_t begin, std::size_t end) {
  double width = 0;
  for (std::size_t i = begin; i < end; ++i) width += signs[i].width;
  return width;
}

std::string joined(const std::vector<Sign>& signs, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += signs[i].text;
  return text;
}

/// Where the line that begins at `begin` ends.
std::size_t end_of_line(const std::vector<Sign>& signs, std::size_t begin, double width) {
  std::size_t end = begin, last_break = begin;
  for (double used = 0; end < signs.size(); ++end) {
    if (signs[end].space || (end > begin && (signs[end].wide || signs[end - 1].wide)))
      last_break = end;
    used += signs[end].width;
    if (used > width && !signs[end].space && end > begin)
      return last_break > begin ? last_break : end;
  }
  return end;
}

}  // namespace

double text_width(const std::string& text, double font_size, bool bold) {
  const std::vector<Sign> signs = signs_of(text);
  return width_of(signs, 0, signs.size()) * font_size * (bold ? bold_factor : 1);
}

std::string one_line(const std::string& text) {
  const std::vector<Sign> signs = signs_of(text);
  return joined(signs, 0, signs.size());
}

std::vector<std::string> lines_of(const std::string& text, double width, double font_size,
                                  std::size_t most, bool bold) {
  const std::vector<Sign> signs = signs_of(text);
  const double room = width / font_size / (bold ? bold_factor : 1);
  std::vector<std::string> lines;
  std::size_t at = 0;
  const auto skip_spaces = [&] {
    while (at < signs.size() && signs[at].space) ++at;
  };
  for (skip_spaces(); at < signs.size(); skip_spaces()) {
    if (lines.size() == most) {
      lines.back() += "…";
      break;
    }
    const std::size_t end = end_of_line(signs, at, room);
    std::size_t visible = end;
    while (visible > at && signs[visible - 1].space) --visible;
    lines.push_back(joined(signs, at, visible));
    at = end;
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

}  // namespace raygen::cli
