#include "error.hpp"
#include "text/basic_tokenizer.hpp"
#include "text/learn_vocabulary.hpp"
#include "text/unicode.hpp"
#include "text/wordpiece.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <queue>
#include <set>
#include <utility>

namespace raygen::engine {

namespace {

constexpr std::array kSpecials = {U"[PAD]", U"[UNK]", U"[CLS]", U"[SEP]", U"[MASK]"};
constexpr std::int64_t kLeastCount = 2;  // a pair that is seen once is no piece

using Pair = std::pair<std::size_t, std::size_t>;  // neighbouring pieces of a word

struct Word {
  std::vector<std::size_t> pieces;
  std::int64_t count;
};

struct Occurrences {
  std::int64_t count = 0;
  std::set<std::size_t> words;
};

struct Candidate {
  std::int64_t count;
  Pair pair;
  /// The most frequent pair is the largest; of equals the one of earlier pieces.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class Learner {
 public:
  Learner(std::map<std::u32string, std::int64_t> words, std::size_t entries) : entries_(entries) {
    for (const char32_t* special : kSpecials) piece(special);
    add_characters(words);
    for (const auto& [text, count] : words) add_word(text, count);
  }

  void merge_pairs() {
    std::priority_queue<Candidate> candidates;
    for (const auto& [pair, seen] : pairs_) candidates.push({seen.count, pair});
    while (pieces_.size() < entries_ && !candidates.empty()) {
      const Candidate best = candidates.top();
      candidates.pop();
      const std::int64_t count = pairs_[best.pair].count;
      if (count < kLeastCount) continue;
      if (count != best.count) {  // other merges took some away meanwhile
        candidates.push({count, best.pair});
        continue;
      }
      for (const Pair& changed : merge(best.pair))
        candidates.push({pairs_[changed].count, changed});
    }
  }

  std::string text() const {
    std::string lines;
    for (const std::u32string& text : pieces_) lines += encode_utf8(text) + "\n";
    return lines;
  }

 private:
  static std::u32string character(const std::u32string& word, std::size_t i) {
    std::u32string text(i == 0 ? 0 : 2, U'#');
    text += word[i];
    return text;
  }

  std::size_t piece(const std::u32string& text) {
    const auto [at, added] = ids_.try_emplace(text, pieces_.size());
    if (added) pieces_.push_back(text);
    return at->second;
  }

  void add_characters(const std::map<std::u32string, std::int64_t>& words) {
    std::map<std::u32string, std::int64_t> seen;
    for (const auto& [text, count] : words) {
      for (std::size_t i = 0; i < text.size(); ++i) {
        seen[character(text, i)] += count;
        seen[std::u32string(1, text[i])] +=
            0;  // new words may begin with what is only seen inside of words so far
      }
    }
    std::vector<std::pair<std::int64_t, std::u32string>> order;
    for (const auto& [text, count] : seen) order.emplace_back(-count, text);
    std::sort(order.begin(), order.end());
    order.resize(std::min(order.size(), entries_ - pieces_.size()));
    // By code point, beginnings before continuations.
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::pair(a.second.size(), a.second) < std::pair(b.second.size(), b.second);
    });
    for (const auto& [count, text] : order) piece(text);
  }

  void add_word(const std::u32string& text, std::int64_t count) {
    Word word{{}, count};
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto at = ids_.find(character(text, i));
      if (at == ids_.end()) return;  // it will be [UNK]
      word.pieces.push_back(at->second);
    }
    words_.push_back(std::move(word));
    count_pairs(words_.size() - 1, 1);
  }

  void count_pairs(std::size_t index, int sign) {
    const Word& word = words_[index];
    for (std::size_t i = 1; i < word.pieces.size(); ++i) {
      Occurrences& seen = pairs_[{word.pieces[i - 1], word.pieces[i]}];
      seen.count += sign * word.count;
      seen.words.insert(index);
    }
  }

  /// Joins a pair wherever it stands; returns the pairs that the new piece is part of.
  std::set<Pair> merge(const Pair& pair) {
    const std::size_t merged = piece(pieces_[pair.first] + pieces_[pair.second].substr(2));
    std::set<Pair> changed;
    for (const std::size_t index : std::exchange(pairs_[pair].words, {})) {
      count_pairs(index, -1);
      std::vector<std::size_t>& pieces = words_[index].pieces;
      std::vector<std::size_t> joined;
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        const bool here = i + 1 < pieces.size() && Pair(pieces[i], pieces[i + 1]) == pair;
        joined.push_back(here ? merged : pieces[i]);
        if (here) ++i;
      }
      pieces = std::move(joined);
      count_pairs(index, 1);
      for (std::size_t i = 1; i < pieces.size(); ++i)
        if (pieces[i - 1] == merged || pieces[i] == merged)
          changed.emplace(pieces[i - 1], pieces[i]);
    }
    return changed;
  }

  std::size_t entries_;
  std::vector<std::u32string> pieces_;
  std::map<std::u32string, std::size_t> ids_;
  std::vector<Word> words_;
  std::map<Pair, Occurrences> pairs_;
};

}  // namespace

std::string learn_wordpiece(const std::vector<std::string>& texts, std::size_t entries,
                            const TextArchitecture& architecture) {
  if (entries <= kSpecials.size()) {
    fail(Status::invalid_argument,
         "a vocabulary of {} entries holds no more than the {} special tokens", entries,
         kSpecials.size());
  }
  const BasicTokenizer basic{architecture.lower_case, architecture.strip_accents,
                             architecture.split_cjk};
  std::map<std::u32string, std::int64_t> words;
  for (const std::string& text : texts)
    for (const std::u32string& word : basic.split(decode_utf8(text)))
      if (word.size() <= kMaxWordLength) ++words[word];
  Learner learner(std::move(words), entries);
  learner.merge_pairs();
  return learner.text();
}

}  // namespace raygen::engine
