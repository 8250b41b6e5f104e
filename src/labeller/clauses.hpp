#pragma once
// The clauses of a sentence, and what its cues do to the mentions in them.

#include "labeller/rules.hpp"

#include <array>
#include <vector>

namespace raygen::engine::labeller {

/// Words begin..end-1 say something of the target.
struct Mention {
  std::size_t begin = 0, end = 0;
  MentionRule rule = {};
  Mentioned state = Mentioned::not_mentioned;
};

class Clauses {
 public:
  /// `mentions`: ordered by beginning; the excluded ones are not among them.
  Clauses(const Rules& rules, const Words& words, const std::vector<Mention>& mentions);

  /// not_mentioned where the words are those of two clauses, or where what denies is denied.
  Mentioned state_of(const Mention& mention) const;

  std::size_t begin_of(std::size_t word) const { return begin_[word]; }
  std::size_t end_of(std::size_t word) const { return end_[word]; }

 private:
  using Flags = std::vector<char>;

  struct Seen {  // since the clause began
    bool mention = false, verb = false, cue = false;
  };
  bool has_own_verb(std::size_t word, const Seen& seen) const;
  bool is_of_list(std::size_t word, const Flags& begins) const;
  void find_clauses();
  void set_bounds();
  void reach_forward();
  void reach_backward();
  void reach_between();
  bool reached(const Mention& mention, Strength strength) const;
  bool is_forward(const Match& cue) const;

  const Rules& rules_;
  const Words& words_;
  std::vector<Match> cues_;
  std::vector<std::size_t> cue_from_, cue_to_;  // of the word: the cue's number and 1, or 0
  std::vector<Targets> from_, to_;              // targets of mentions that begin, end at a word
  Flags verb_, and_, or_, starts_;
  std::vector<std::size_t> next_verb_, next_join_, next_or_, next_comma_, next_mention_;
  std::vector<std::size_t> begin_, end_;  // of each word's clause
  std::array<Flags, kStrengths> forward_, backward_;
};

/// Of each word whether a match of `phrases` covers it.
std::vector<char> covered(const Phrases& phrases, const Words& words);

}  // namespace raygen::engine::labeller
