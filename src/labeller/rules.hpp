#pragma once
// The labeller's rules, read from YAML.

#include "labeller/labeller.hpp"
#include "labeller/phrases.hpp"

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine::labeller {

/// What a phrase says of its target.
enum class Effect {
  mention,    // it is there, unless a cue denies or doubts it
  suggested,  // it may be there, unless a cue denies it
  absent,     // it is not there
  excluded,   // nothing: what this phrase covers is no mention
};

/// Beside the observations: findings that only end No Finding.
inline constexpr std::size_t kOtherFinding = kObservations;
inline constexpr std::size_t kTargets = kObservations + 1;
using Targets = std::bitset<kTargets>;

struct MentionRule {
  std::size_t target;
  Effect effect;
};

/// What a cue does to the mentions that it reaches, tried in this order. A hidden one does nothing,
/// and covers other cues.
enum class Strength { uncertain_first, negative, uncertain, hidden };
inline constexpr std::size_t kStrengths = 3;
/// Which mentions a cue reaches: those after it, before it, before it unless one is after it, or
/// the two that it stands between.
enum class Reach { before, after, either, between };

struct Cue {
  Strength strength;
  Reach reach;
};

struct Rules {
  Phrases mentions;
  std::vector<MentionRule> mention_rules;
  Phrases cues;
  std::vector<Cue> cue_rules;
  Phrases clause_begins, verbs, joins, alternatives, borders, links;
  Phrases sides, severities;  // the rule is a MentionedSide or MentionedSeverity
  Phrases headings;           // the rule is 1 for a section that is skipped, else 0
  std::vector<std::string> abbreviations;
  std::bitset<kObservations> sided;  // observations that have a side
};

/// Throws Error(format), as Labeller::from_yaml does.
Rules rules_from_yaml(const std::string& text, const std::string& name);

}  // namespace raygen::engine::labeller
