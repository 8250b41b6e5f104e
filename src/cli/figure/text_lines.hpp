#pragma once
// How wide a text will be, before any program has drawn it: who opens an SVG has fonts of their
// own. The widths are DejaVu Sans's, the widest of the usual fonts, so that in another one a line
// comes out shorter, not longer.

#include <cstddef>
#include <string>
#include <vector>

namespace raygen::cli {

/// In the units of the font's size. `text`: UTF-8.
double text_width(const std::string& text, double font_size, bool bold = false);

/// Lines of at most `width`, broken between words, and inside a word that is longer than a line or
/// written without spaces. White space counts as one space; what comes after `most` lines becomes
/// "…". At least one line. What is not UTF-8 is shown as U+FFFD.
std::vector<std::string> lines_of(const std::string& text, double width, double font_size,
                                  std::size_t most, bool bold = false);

/// The whole text as lines_of() shows it, on one line.
std::string one_line(const std::string& text);

}  // namespace raygen::cli
