#include "labeller/attributes.hpp"

#include <algorithm>

namespace raygen::engine::labeller {

namespace {

constexpr std::size_t kJoinedWords = 2;  // at most between two mentions that share a side
constexpr std::size_t kAddedWords = 4;   // of a clause without a mention, its comma too

/// Mentions that overlap or touch are one span: "calcified pleural plaques".
struct Span {
  std::size_t begin = 0, end = 0;
  std::size_t left = 0, right = 0;  // the words that are its own
};

std::vector<Span> spans_of(const std::vector<Mention>& mentions, std::vector<std::size_t>& which) {
  std::vector<Span> spans;
  for (const Mention& mention : mentions) {
    if (spans.empty() || mention.begin > spans.back().end)
      spans.push_back({mention.begin, mention.end});
    spans.back().end = std::max(spans.back().end, mention.end);
    which.push_back(spans.size() - 1);
  }
  return spans;
}

class AttributesReader {
 public:
  AttributesReader(const Rules& rules, const Words& words, const Clauses& clauses,
                   std::vector<Span> spans)
      : words_(words), clauses_(clauses), spans_(std::move(spans)) {
    sides_.assign(words.size(), 0);
    severities_.assign(words.size(), 0);
    said_.assign(words.size(), 0);
    mark(rules.sides.longest(words), sides_);
    mark(rules.severities.longest(words), severities_);
    border_ = covered(rules.borders, words);
    link_ = covered(rules.links, words);
    join_ = covered(rules.joins, words);
    const std::vector<char> alternatives = covered(rules.alternatives, words);
    for (std::size_t i = 0; i < words.size(); ++i) {
      join_[i] |= alternatives[i];
      if (said_[i]) border_[i] = 0;  // "left and right"
    }
  }

  std::vector<Attributes> read() {
    set_own_words();
    std::vector<Attributes> all(spans_.size());
    for (std::size_t k = 0; k < spans_.size(); ++k) {
      const Span& span = spans_[k];
      all[k].side = side_in(span.left, span.right);
      all[k].severity = severity_in(span.left, span.right);
    }
    for (std::size_t k = 0; k < spans_.size(); ++k) {
      if (all[k].side != MentionedSide::not_said) continue;
      if (k > 0 && linked(k - 1)) all[k].side = all[k - 1].side;
      if (all[k].side == MentionedSide::not_said && k + 1 < spans_.size() && joined(k))
        all[k].side = side_in(spans_[k + 1].end, spans_[k + 1].right);
    }
    return all;
  }

 private:
  void mark(const std::vector<Match>& matches, std::vector<std::uint32_t>& grades) {
    for (const Match& match : matches) {
      grades[match.begin] = match.rule;
      std::fill(said_.begin() + static_cast<std::ptrdiff_t>(match.begin),
                said_.begin() + static_cast<std::ptrdiff_t>(match.end), 1);
    }
  }

  void set_own_words() {
    for (std::size_t k = 0; k < spans_.size(); ++k) {
      Span& span = spans_[k];
      span.left = clauses_.begin_of(span.begin);
      span.right = end_of_own(span.end - 1);
      if (k > 0 && spans_[k - 1].end > span.left)
        span.left = border_between(spans_[k - 1].end, span.begin);
      if (k > 0) spans_[k - 1].right = std::min(spans_[k - 1].right, span.left);
    }
  }

  /// The clause's end, or that of what a comma adds: "opacity, moderate".
  std::size_t end_of_own(std::size_t last) const {
    const std::size_t end = clauses_.end_of(last);
    if (end == words_.size() || words_[end] != ",") return end;
    const std::size_t next = clauses_.end_of(end);
    return next - end <= kAddedWords ? next : end;
  }

  /// Without a border the words belong to the later mention if they begin with a side or a severity
  /// ("left effusion right pneumothorax"), else to the earlier one ("opacity in the left lung").
  std::size_t border_between(std::size_t begin, std::size_t end) const {
    for (std::size_t i = end; i-- > begin;)
      if (border_[i]) return i;
    return begin < end && said_[begin] ? begin : end;
  }

  MentionedSide side_in(std::size_t begin, std::size_t end) const {
    MentionedSide side = MentionedSide::not_said;
    for (std::size_t i = begin; i < end; ++i)
      side = together(side, static_cast<MentionedSide>(sides_[i]));
    return side;
  }

  MentionedSeverity severity_in(std::size_t begin, std::size_t end) const {
    std::uint32_t most = 0;
    for (std::size_t i = begin; i < end; ++i) most = std::max(most, severities_[i]);
    return static_cast<MentionedSeverity>(most);
  }

  bool joined(std::size_t k) const {
    const std::size_t begin = spans_[k].end, end = spans_[k + 1].begin;
    if (end < begin || end - begin > kJoinedWords || end == begin) return false;
    return join_[begin] != 0;
  }

  bool linked(std::size_t k) const {
    if (joined(k)) return true;
    for (std::size_t i = spans_[k].end; i < spans_[k + 1].begin; ++i)
      if (link_[i]) return true;
    return false;
  }

  const Words& words_;
  const Clauses& clauses_;
  std::vector<Span> spans_;
  std::vector<std::uint32_t> sides_, severities_;  // of the word that a match begins with
  std::vector<char> said_, border_, link_, join_;
};

}  // namespace

MentionedSide together(MentionedSide a, MentionedSide b) {
  if (a == MentionedSide::not_said || a == b) return b;
  return b == MentionedSide::not_said ? a : MentionedSide::both;
}

std::vector<Attributes> attributes_of(const Rules& rules, const Words& words,
                                      const Clauses& clauses,
                                      const std::vector<Mention>& mentions) {
  std::vector<std::size_t> which;
  std::vector<Span> spans = spans_of(mentions, which);
  const std::vector<Attributes> of_spans =
      AttributesReader(rules, words, clauses, std::move(spans)).read();
  std::vector<Attributes> all;
  for (const std::size_t span : which) all.push_back(of_spans[span]);
  return all;
}

}  // namespace raygen::engine::labeller
