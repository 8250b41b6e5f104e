#pragma once
// What fairness() found, as rows for a table.

#include "evaluation/fairness.hpp"

#include <string>

namespace raygen::engine {

/// A JSON list with an object for each number of a group, and for each gap: "measure" ("auroc",
/// "missed", "underdiagnosis"), "finding" (null: the mean over findings, or of none), "group",
/// "minus" (null, or the group that was subtracted: a gap), "value", "low", "high" (null where
/// there is none), "draws", "images", "patients" (of the group; null of a gap) and "left_out" (why
/// there is no value; null if there is one).
std::string fairness_json(const GroupFairness& found);

}  // namespace raygen::engine
