#pragma once
// BERT's BasicTokenizer: from text to the words that WordPiece cuts.

#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct BasicTokenizer {
  bool lower_case = true;
  bool strip_accents = true;
  bool split_cjk = true;

  /// Control characters and U+FFFD are dropped, words end at white space, punctuation marks and
  /// ideographs are words of their own. Unassigned code points are kept: the published vocabularies
  /// hold some. Time is linear in the text (n log n in runs of accents).
  std::vector<std::u32string> split(std::u32string_view text) const;

  /// The text as the words of split() are cut from it, white space as spaces: what added tokens are
  /// looked for in.
  std::u32string normalize(std::u32string_view text) const;

 private:
  template <typename OnWord, typename OnSpace>
  void walk(std::u32string_view text, OnWord on_word, OnSpace on_space) const;
};

/// A letter, digit, mark or connector, as regular expressions have words ("\\w").
bool is_word_character(char32_t c);

/// Whether nothing is left of a text but white space: no words.
bool is_blank(std::string_view utf8);

}  // namespace raygen::engine
