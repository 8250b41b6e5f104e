#pragma once
// The side and the severity that a sentence says of each of its mentions.

#include "labeller/clauses.hpp"

#include <vector>

namespace raygen::engine::labeller {

struct Attributes {
  MentionedSide side = MentionedSide::not_said;
  MentionedSeverity severity = MentionedSeverity::not_said;
};

/// left and right are both; what is not said adds nothing.
MentionedSide together(MentionedSide a, MentionedSide b);

/// One for each of `mentions`, which are ordered by beginning. The words between two mentions are
/// the later one's from the last border on ("and", ",", "with" …). A mention without a side of its
/// own takes that of the mention that it is linked to ("left effusion with adjacent atelectasis").
std::vector<Attributes> attributes_of(const Rules& rules, const Words& words,
                                      const Clauses& clauses, const std::vector<Mention>& mentions);

}  // namespace raygen::engine::labeller
