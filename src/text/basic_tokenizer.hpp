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
};

/// Whether nothing is left of a text but white space: no words.
bool is_blank(std::string_view utf8);

}  // namespace raygen::engine
