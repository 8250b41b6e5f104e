#include "labeller/clauses.hpp"

#include <algorithm>

namespace raygen::engine::labeller {

namespace {

constexpr std::size_t kListWords = 12;    // how far the "or" of a list is from a comma
constexpr std::size_t kBetweenWords = 5;  // how far from a cue between two mentions they may be

std::size_t index_of(Strength strength) { return static_cast<std::size_t>(strength); }

/// For each place, and one behind the last, the next place that is marked; marks.size() if none.
template <typename Marked>
std::vector<std::size_t> next_places(std::size_t count, const Marked& marked) {
  std::vector<std::size_t> next(count + 1, count);
  for (std::size_t i = count; i-- > 0;) next[i] = marked(i) ? i : next[i + 1];
  return next;
}

}  // namespace

std::vector<char> covered(const Phrases& phrases, const Words& words) {
  std::vector<char> flags(words.size(), 0);
  for (const Match& match : phrases.longest(words))
    std::fill(flags.begin() + static_cast<std::ptrdiff_t>(match.begin),
              flags.begin() + static_cast<std::ptrdiff_t>(match.end), 1);
  return flags;
}

Clauses::Clauses(const Rules& rules, const Words& words, const std::vector<Mention>& mentions)
    : rules_(rules),
      words_(words),
      cues_(rules.cues.longest(words)),
      cue_from_(words.size(), 0),
      cue_to_(words.size(), 0),
      from_(words.size()),
      to_(words.size()),
      verb_(covered(rules.verbs, words)),
      and_(covered(rules.joins, words)),
      or_(covered(rules.alternatives, words)),
      starts_(words.size(), 0) {
  for (std::size_t i = 0; i < cues_.size(); ++i) {
    cue_from_[cues_[i].begin] = i + 1;
    cue_to_[cues_[i].end - 1] = i + 1;
  }
  for (const Mention& mention : mentions) {
    from_[mention.begin].set(mention.rule.target);
    to_[mention.end - 1].set(mention.rule.target);
  }
  find_clauses();
  set_bounds();
  reach_forward();
  reach_backward();
  reach_between();
}

/// A clause begins where the rules say so, and at a comma or "and" behind which another verb has a
/// subject of its own: "No effusion is seen, the heart is enlarged". What is before it must hold a
/// mention or a cue: "On the left, there is an effusion" is one clause.
void Clauses::find_clauses() {
  const std::size_t count = words_.size();
  Flags hidden(count, 0), begins(count, 0);
  for (const Match& cue : cues_)
    if (rules_.cue_rules[cue.rule].strength == Strength::hidden)
      std::fill(hidden.begin() + static_cast<std::ptrdiff_t>(cue.begin),
                hidden.begin() + static_cast<std::ptrdiff_t>(cue.end), 1);
  for (const Match& match : rules_.clause_begins.longest(words_))
    begins[match.begin] = !hidden[match.begin];
  next_verb_ = next_places(count, [&](std::size_t i) { return verb_[i] != 0; });
  next_join_ = next_places(count, [&](std::size_t i) { return and_[i] != 0 || or_[i] != 0; });
  next_or_ = next_places(count, [&](std::size_t i) { return or_[i] != 0; });
  next_comma_ = next_places(count, [&](std::size_t i) { return words_[i] == "," || begins[i]; });
  next_mention_ = next_places(count, [&](std::size_t i) { return from_[i].any(); });

  Seen seen;
  for (std::size_t i = 0; i < count; ++i) {
    starts_[i] = (begins[i] && (seen.mention || seen.cue) && !is_of_list(i, begins)) ||
                 has_own_verb(i, seen);
    if (starts_[i]) seen = {};
    seen.mention |= from_[i].any();
    seen.verb |= verb_[i] != 0;
    seen.cue |= cue_from_[i] != 0 && !hidden[i];
  }
}

/// A comma of a list that ends in "or" parts no clauses: "no edema, large effusion, or pneumonia".
bool Clauses::is_of_list(std::size_t word, const Flags& begins) const {
  if (words_[word] != ",") return false;
  const std::size_t next_or = next_or_[word];
  if (next_or == words_.size() || next_verb_[word] < next_or) return false;
  for (std::size_t i = word + 1; i < next_or; ++i) {
    if (i - word > kListWords || (begins[i] && words_[i] != ",")) return false;
  }
  return true;
}

/// Whether a comma or "and" at this word parts two clauses.
bool Clauses::has_own_verb(std::size_t word, const Seen& seen) const {
  if (!seen.mention) return false;
  const std::size_t next = word + 1, its_verb = next_verb_[next];
  if (its_verb >= next_comma_[next]) return false;
  if (words_[word] == ",") return next_join_[next] > its_verb || seen.verb;
  const bool with_article = next < words_.size() && words_[next] == "the";
  return and_[word] && (seen.verb || (seen.cue && with_article));
}

void Clauses::set_bounds() {
  begin_.assign(words_.size(), 0);
  end_.assign(words_.size(), words_.size());
  for (std::size_t i = 1; i < words_.size(); ++i) begin_[i] = starts_[i] ? i : begin_[i - 1];
  for (std::size_t i = words_.size(); i-- > 1;) end_[i - 1] = starts_[i] ? i : end_[i];
}

bool Clauses::is_forward(const Match& cue) const {
  const Reach reach = rules_.cue_rules[cue.rule].reach;
  return reach == Reach::before ||
         (reach == Reach::either && next_mention_[cue.end] < end_[cue.end - 1]);
}

void Clauses::reach_forward() {
  std::array<bool, kStrengths> active{};
  for (Flags& flags : forward_) flags.assign(words_.size(), 0);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (starts_[i]) active = {};
    for (std::size_t s = 0; s < kStrengths; ++s) forward_[s][i] = active[s];
    if (words_[i] == "," && next_join_[i] >= end_[i])  // doubt goes through a list, not further
      active[index_of(Strength::uncertain_first)] = active[index_of(Strength::uncertain)] = false;
    if (cue_to_[i] == 0) continue;
    const Match& cue = cues_[cue_to_[i] - 1];
    const std::size_t s = index_of(rules_.cue_rules[cue.rule].strength);
    if (s < kStrengths && is_forward(cue)) active[s] = true;
  }
}

void Clauses::reach_backward() {
  struct Active {
    bool on = false, mention = false, join = false;  // since the cue
  };
  std::array<Active, kStrengths> active{};
  for (Flags& flags : backward_) flags.assign(words_.size(), 0);
  for (std::size_t i = words_.size(); i-- > 0;) {
    if (i + 1 < words_.size() && starts_[i + 1]) active = {};
    for (std::size_t s = 0; s < kStrengths; ++s) {
      backward_[s][i] = active[s].on;
      // A comma ends it unless it is one of a list: "effusion, edema and pneumonia have resolved".
      if (words_[i] == "," && active[s].mention && !active[s].join) active[s] = {};
      active[s].mention |= to_[i].any();
      active[s].join |= and_[i] || or_[i];
    }
    if (cue_from_[i] == 0) continue;
    const Match& cue = cues_[cue_from_[i] - 1];
    const Cue& rule = rules_.cue_rules[cue.rule];
    if (index_of(rule.strength) < kStrengths && rule.reach != Reach::between && !is_forward(cue))
      active[index_of(rule.strength)] = {.on = true};
  }
}

/// "atelectasis or pneumonia": either may be there. "nodule or mass" are one observation.
void Clauses::reach_between() {
  for (const Match& cue : cues_) {
    const Cue& rule = rules_.cue_rules[cue.rule];
    if (rule.reach != Reach::between || index_of(rule.strength) >= kStrengths) continue;
    const std::size_t after = next_mention_[cue.end];
    if (after >= std::min(end_[cue.end - 1], cue.end + kBetweenWords)) continue;
    const std::size_t least =
        std::max(begin_[cue.begin], cue.begin - std::min(cue.begin, kBetweenWords));
    for (std::size_t before = cue.begin; before-- > least && words_[before] != ",";) {
      if (to_[before].none()) {
        if (cue_to_[before] != 0) break;  // "opacity, which may be aspiration or pneumonia"
        continue;
      }
      if ((to_[before] & from_[after]).none()) {
        forward_[index_of(rule.strength)][after] = 1;
        backward_[index_of(rule.strength)][before] = 1;
      }
      break;
    }
  }
}

bool Clauses::reached(const Mention& mention, Strength strength) const {
  if (forward_[index_of(strength)][mention.begin] || backward_[index_of(strength)][mention.end - 1])
    return true;
  for (std::size_t i = mention.begin; i < mention.end; ++i) {
    if (cue_from_[i] == 0) continue;
    if (rules_.cue_rules[cues_[cue_from_[i] - 1].rule].strength == strength) return true;
  }
  return false;
}

Mentioned Clauses::state_of(const Mention& mention) const {
  if (begin_[mention.begin] != begin_[mention.end - 1]) return Mentioned::not_mentioned;
  if (mention.rule.effect == Effect::absent) {
    for (std::size_t i = mention.begin; i < mention.end; ++i)
      if (cue_from_[i] != 0 &&
          rules_.cue_rules[cues_[cue_from_[i] - 1].rule].strength == Strength::negative)
        return Mentioned::not_mentioned;
    return Mentioned::negative;
  }
  const bool suggested = mention.rule.effect == Effect::suggested;
  if (reached(mention, Strength::uncertain_first)) return Mentioned::uncertain;
  if (reached(mention, Strength::negative))
    return suggested ? Mentioned::not_mentioned : Mentioned::negative;
  if (suggested || reached(mention, Strength::uncertain)) return Mentioned::uncertain;
  return Mentioned::positive;
}

}  // namespace raygen::engine::labeller
