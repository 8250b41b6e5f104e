#pragma once
// Phrases of the rules, and where they are in a sentence.

#include "labeller/sentences.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine::labeller {

/// One place of a phrase: one of several words or stems, any word, a gap without a comma, or a gap
/// that may have commas.
struct Place {
  struct Choice {
    std::string letters;
    bool stem = false;
  };
  enum class Kind { choice, any, gap, wide_gap } kind = Kind::choice;
  std::vector<Choice> choices = {};

  bool is_gap() const { return kind == Kind::gap || kind == Kind::wide_gap; }
};
using Phrase = std::vector<Place>;

inline constexpr std::size_t kGapWords = 6;       // at most, in one gap
inline constexpr std::size_t kPhrasePlaces = 12;  // at most
inline constexpr std::size_t kPhraseGaps = 2;     // at most
inline constexpr std::size_t kPhraseForms = 64;   // at most, of one text
/// Words that a phrase can match, at most.
inline constexpr std::size_t kLongestMatch = kPhrasePlaces + kPhraseGaps * kGapWords;

/// As chexpert.yaml's comments define them; several, where a choice is between several words or
/// none. Throws std::invalid_argument saying what was expected.
std::vector<Phrase> phrases_of(std::string_view text);

/// Words begin..end-1 of a sentence are what the rule says.
struct Match {
  std::size_t begin = 0, end = 0;
  std::uint32_t rule = 0;
};

/// Many phrases, each with the number of the rule that it belongs to.
class Phrases {
 public:
  void add(Phrase phrase, std::uint32_t rule);
  /// All of them, each with the shortest gaps, ordered by beginning and then by order of adding.
  std::vector<Match> all(const Words& words) const;
  /// From the left the longest at each place, none over another; of equals the first added.
  std::vector<Match> longest(const Words& words) const;

 private:
  struct Entry {
    Phrase phrase;
    std::uint32_t rule;
  };
  std::vector<Entry> entries_;
  std::array<std::vector<std::uint32_t>, 256> by_first_byte_;  // ascending
};

}  // namespace raygen::engine::labeller
