#pragma once
// A text as words in sentences.

#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine::labeller {

/// Lower case, without accents; every quote, space and dash as ASCII's. Throws
/// Error(invalid_argument) for text that is not UTF-8.
std::string normalized(std::string_view text);

/// Words, and the marks "," ":" "/" ">" "?" as words of their own. A bracket, or a dash between
/// spaces, is a comma; other hyphens part words.
using Words = std::vector<std::string_view>;

struct Sentence {
  Words words;
  bool begins_paragraph = false;  // a blank line, or nothing, is before it
};

/// Views into `text`, which is normalized. A sentence ends at ".", "!", "?" or ";", at a blank
/// line and before an item of a list. A full stop in a number, after a single letter or after one
/// of `abbreviations` ends none.
std::vector<Sentence> sentences_of(std::string_view text,
                                   const std::vector<std::string>& abbreviations);

}  // namespace raygen::engine::labeller
