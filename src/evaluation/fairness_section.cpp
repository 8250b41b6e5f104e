#include "evaluation/fairness_section.hpp"

#include "formatted.hpp"

#include <algorithm>
#include <utility>

namespace raygen::engine {

namespace {

constexpr const char* auroc_kind = "auroc";
constexpr const char* missed_kind = "missed";
constexpr const char* underdiagnosis_kind = "underdiagnosis";

TableCell words_cell(std::string words) {
  return {.number = {}, .interval = {}, .text = std::move(words)};
}
TableCell count_cell(std::int64_t count) {
  return {.number = static_cast<double>(count), .interval = {}, .text = {}};
}
TableCell interval_cell(const std::optional<Interval>& found) {
  if (!found) return {};
  return {.number = found->value, .interval = std::pair{found->low, found->high}, .text = {}};
}
TableCell gap_cell(const std::optional<FairnessGap>& gap) {
  if (!gap) return {};
  return {.number = gap->value, .interval = gap->interval, .text = {}};
}

std::string capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z')
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

/// Of the group with this name; the gap has named it, so that it is there.
const GroupMeasures& group_named(const GroupFairness& found, const std::string& name) {
  return *std::find_if(found.groups.begin(), found.groups.end(),
                       [&](const GroupMeasures& group) { return group.name == name; });
}

std::vector<const GroupMeasures*> counted_groups(const GroupFairness& found) {
  std::vector<const GroupMeasures*> counted;
  for (const GroupMeasures& group : found.groups)
    if (group.left_out.empty()) counted.push_back(&group);
  return counted;
}

/// Why a gap is not there.
std::string no_gap(const GroupFairness& found, const std::string& needed) {
  const auto counted = counted_groups(found);
  if (counted.size() < 2) {
    std::string why =
        formatted("Fewer than two groups by {} have enough patients.", found.grouping);
    for (const GroupMeasures& group : found.groups)
      if (!group.left_out.empty()) why += formatted(" {}: {}.", group.name, group.left_out);
    return why;
  }
  return formatted("No two groups by {} have {}.", found.grouping, needed);
}

std::string means_over(const std::vector<std::string>& findings) {
  return findings.size() == 1 ? formatted("of {} alone", findings[0])
                              : formatted("means over {} findings", findings.size());
}

std::string what_interval_says(const FairnessGap& gap) {
  if (!gap.interval)
    return "It is the same in all draws of patients, so that there is no interval.";
  if (gap.is_found()) return "The interval is above 0: these groups differ.";
  return "The interval reaches 0: these images do not show that the groups differ.";
}

Measure gap_measure(const char* kind, const char* name, const FairnessOfSet& set,
                    const GroupFairness& found, const std::optional<FairnessGap>& gap) {
  Measure measure;
  measure.key = formatted("{}_gap_{}_{}", kind, found.grouping, set.key);
  measure.name = formatted("{} by {}, {}", name, found.grouping, set.name);
  measure.better = Better::lower;
  measure.real_count = set.real_count, measure.synthetic_count = set.synthetic_count;
  if (gap) {
    measure.value = gap->value;
    measure.interval = gap->interval;
  } else {
    measure.verdict = Verdict::undefined;
  }
  return measure;
}

Measure auroc_measure(const FairnessOfSet& set, const GroupFairness& found) {
  const std::optional<FairnessGap>& gap = found.gaps.mean_auroc;
  Measure measure = gap_measure(auroc_kind, "AUROC gap", set, found, gap);
  if (!gap) {
    measure.sentence =
        no_gap(found, "a finding in common with enough patients with it and without");
    return measure;
  }
  measure.sentence = formatted("{} reaches {:.3f} and {} {:.3f}, {}. {}", gap->highest,
                               group_named(found, gap->highest).mean_auroc->value, gap->lowest,
                               group_named(found, gap->lowest).mean_auroc->value,
                               means_over(found.averaged), what_interval_says(*gap));
  return measure;
}

Measure underdiagnosis_measure(const FairnessOfSet& set, const GroupFairness& found) {
  const std::optional<FairnessGap>& gap = found.gaps.underdiagnosis;
  Measure measure = gap_measure(underdiagnosis_kind, "Underdiagnosis gap", set, found, gap);
  if (!gap) {
    measure.sentence = no_gap(found, "enough ill patients, or no threshold is known");
    return measure;
  }
  measure.sentence = formatted(
      "Of the images of ill patients, {:.1f} % are called healthy in {}, and {:.1f} % in {}. {}",
      100 * group_named(found, gap->highest).underdiagnosis->value, gap->highest,
      100 * group_named(found, gap->lowest).underdiagnosis->value, gap->lowest,
      what_interval_says(*gap));
  return measure;
}

MeasureTable groups_table(const FairnessOfSet& set) {
  MeasureTable table;
  table.key = "groups_" + set.key;
  table.title = formatted("By group, {}", set.name);
  table.columns = {{"Group"},
                   {"Images", Better::neither, 0},
                   {"Patients", Better::neither, 0},
                   {"AUROC", Better::higher},
                   {"Missed", Better::lower},
                   {"Underdiagnosis", Better::lower},
                   {"Left out"}};
  for (const GroupFairness& found : set.groupings) {
    for (const GroupMeasures& group : found.groups)
      table.rows.push_back({words_cell(formatted("{}: {}", capital(found.grouping), group.name)),
                            count_cell(group.images), count_cell(group.patients),
                            interval_cell(group.mean_auroc), interval_cell(group.mean_missed),
                            interval_cell(group.underdiagnosis), words_cell(group.left_out)});
    if (found.unknown > 0)
      table.rows.push_back({words_cell(formatted("{}: not known", capital(found.grouping))),
                            count_cell(found.unknown),
                            {},
                            {},
                            {},
                            {},
                            words_cell("not known")});
  }
  table.note =
      "AUROC and missed: means over the findings that all groups of one kind have, with enough "
      "patients with and without each. Missed: the share of images with a finding that score below "
      "its threshold. Underdiagnosis: the share of images of ill patients that are called healthy.";
  return table;
}

MeasureTable findings_table(const FairnessOfSet& set, const GroupFairness& found) {
  const std::vector<const GroupMeasures*> groups = counted_groups(found);
  MeasureTable table;
  table.key = formatted("findings_{}_{}", found.grouping, set.key);
  table.title = formatted("By finding and {}, {}", found.grouping, set.name);
  table.columns = {{"Finding"}};
  for (const GroupMeasures* group : groups)
    table.columns.push_back({"AUROC " + group->name, Better::higher});
  table.columns.push_back({"Gap", Better::lower});
  for (const GroupMeasures* group : groups)
    table.columns.push_back({"Missed " + group->name, Better::lower});
  table.columns.push_back({"Gap", Better::lower});
  for (std::size_t f = 0; f < found.findings.size(); ++f) {
    std::vector<TableCell> row{words_cell(found.findings[f])};
    for (const GroupMeasures* group : groups)
      row.push_back(interval_cell(group->findings[f].auroc));
    row.push_back(gap_cell(found.gaps.auroc[f]));
    for (const GroupMeasures* group : groups)
      row.push_back(interval_cell(group->findings[f].missed));
    row.push_back(gap_cell(found.gaps.missed[f]));
    table.rows.push_back(std::move(row));
  }
  table.note =
      "A group without enough patients with the finding and without it has no number. Of twenty "
      "intervals of gaps, one lies above 0 by chance.";
  return table;
}

/// The gaps of one kind in all sets.
ReportFigure gaps_figure(const std::vector<FairnessOfSet>& sets, const char* kind,
                         const char* title, std::optional<FairnessGap> FairnessGaps::*which) {
  ReportFigure figure;
  figure.key = formatted("{}_gaps", kind);
  figure.title = title;
  figure.note = "Highest group less lowest. An interval that reaches the line at 0 shows no gap.";
  figure.x_title = "gap, with its 95 % interval";
  Bars bars;
  bars.zero = 0;
  for (const FairnessOfSet& set : sets) {
    for (const GroupFairness& found : set.groupings) {
      const std::optional<FairnessGap>& gap = found.gaps.*which;
      if (gap)
        bars.rows.push_back({formatted("{}: {} over {}, {}", capital(found.grouping), gap->highest,
                                       gap->lowest, set.key),
                             gap->value, gap->interval});
    }
  }
  figure.bars = std::move(bars);
  return figure;
}

}  // namespace

ReportSection fairness_section(const std::vector<FairnessOfSet>& sets) {
  ReportSection section;
  section.key = "fairness";
  section.title = "Is it equally good for everyone?";
  section.introduction =
      "A classifier may serve some patients worse than others. Here its images are grouped by what "
      "is known of sex, age and view. A gap is the highest group less the lowest, and its interval "
      "comes from patients drawn anew, widened because the two were chosen among all groups. "
      "Groups may also differ in how ill they are and in how their films were taken: a gap is a "
      "reason to look, not yet an injustice.";
  for (const FairnessOfSet& set : sets) {
    if (set.groupings.empty()) {
      Measure measure;
      measure.key = "groups_" + set.key;
      measure.name = formatted("Groups, {}", set.name);
      measure.verdict = Verdict::undefined;
      measure.sentence = set.absent;
      section.measures.push_back(std::move(measure));
      continue;
    }
    for (const GroupFairness& found : set.groupings) {
      section.measures.push_back(auroc_measure(set, found));
      section.measures.push_back(underdiagnosis_measure(set, found));
    }
    section.tables.push_back(groups_table(set));
    for (const GroupFairness& found : set.groupings)
      if (counted_groups(found).size() > 1) section.tables.push_back(findings_table(set, found));
  }
  for (ReportFigure figure :
       {gaps_figure(sets, auroc_kind, "Gaps of AUROC", &FairnessGaps::mean_auroc),
        gaps_figure(sets, missed_kind, "Gaps of missed findings", &FairnessGaps::mean_missed),
        gaps_figure(sets, underdiagnosis_kind, "Gaps of underdiagnosis",
                    &FairnessGaps::underdiagnosis)})
    if (!figure.bars->rows.empty()) section.figures.push_back(std::move(figure));
  return section;
}

}  // namespace raygen::engine
