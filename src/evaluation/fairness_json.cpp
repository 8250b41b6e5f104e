#include "evaluation/fairness_json.hpp"

#include "storage/json.hpp"

#include <nlohmann/json.hpp>

namespace raygen::engine {

namespace {

using Row = nlohmann::ordered_json;

Row row_of(const char* measure, const std::string* finding, const GroupMeasures& group,
           const std::optional<Interval>& found, const std::string& left_out) {
  Row row = {{"measure", measure},     {"finding", finding != nullptr ? Row(*finding) : Row()},
             {"group", group.name},    {"minus", nullptr},
             {"value", nullptr},       {"low", nullptr},
             {"high", nullptr},        {"draws", 0},
             {"images", group.images}, {"patients", group.patients},
             {"left_out", nullptr}};
  if (found) {
    row["value"] = found->value, row["low"] = found->low, row["high"] = found->high;
    row["draws"] = found->draws;
  } else {
    row["left_out"] = left_out;
  }
  return row;
}

Row row_of(const char* measure, const std::string* finding, const FairnessGap& gap) {
  return {{"measure", measure},
          {"finding", finding != nullptr ? Row(*finding) : Row()},
          {"group", gap.highest},
          {"minus", gap.lowest},
          {"value", gap.value},
          {"low", gap.interval ? Row(gap.interval->first) : Row()},
          {"high", gap.interval ? Row(gap.interval->second) : Row()},
          {"draws", gap.draws},
          {"images", nullptr},
          {"patients", nullptr},
          {"left_out", nullptr}};
}

void add_group_rows(const GroupFairness& found, const GroupMeasures& group, Row& rows) {
  const std::string no_mean =
      group.left_out.empty() ? "no finding that all groups have a number of" : group.left_out;
  rows.push_back(row_of("auroc", nullptr, group, group.mean_auroc, no_mean));
  if (group.mean_missed) rows.push_back(row_of("missed", nullptr, group, group.mean_missed, {}));
  if (group.underdiagnosis || !group.no_underdiagnosis.empty())
    rows.push_back(
        row_of("underdiagnosis", nullptr, group, group.underdiagnosis, group.no_underdiagnosis));
  for (std::size_t f = 0; f < found.findings.size(); ++f) {
    const FindingOfGroup& finding = group.findings[f];
    rows.push_back(row_of("auroc", &found.findings[f], group, finding.auroc, finding.left_out));
    if (finding.missed)
      rows.push_back(row_of("missed", &found.findings[f], group, finding.missed, {}));
  }
}

}  // namespace

std::string fairness_json(const GroupFairness& found) {
  Row rows = Row::array();
  for (const GroupMeasures& group : found.groups) add_group_rows(found, group, rows);
  const auto add_gap = [&](const char* measure, const std::string* finding,
                           const std::optional<FairnessGap>& gap) {
    if (gap) rows.push_back(row_of(measure, finding, *gap));
  };
  add_gap("auroc", nullptr, found.gaps.mean_auroc);
  add_gap("missed", nullptr, found.gaps.mean_missed);
  add_gap("underdiagnosis", nullptr, found.gaps.underdiagnosis);
  for (std::size_t f = 0; f < found.findings.size(); ++f) {
    add_gap("auroc", &found.findings[f], found.gaps.auroc[f]);
    add_gap("missed", &found.findings[f], found.gaps.missed[f]);
  }
  return json_text(rows);
}

}  // namespace raygen::engine
