#include "evaluation/adherence.hpp"

#include "evaluation/auroc_interval.hpp"
#include "evaluation/classification.hpp"
#include "evaluation/finding_rows.hpp"
#include "evaluation/set_measures.hpp"
#include "evaluation/table_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace raygen::engine {

namespace {

std::optional<Interval> auroc_of(const FindingRows& rows, const AdherenceOptions& options) {
  const std::vector<std::uint8_t> asked = asked_of(rows);
  if (!has_enough(asked)) return std::nullopt;
  return auroc_interval({rows.logits, asked}, {}, rows.groups, options.bootstrap_draws,
                        options.seed);
}

/// How many of those that `counts` are `right`.
struct Share {
  std::int64_t right = 0, all = 0;
  std::optional<double> value() const {
    if (all == 0) return std::nullopt;
    return static_cast<double>(right) / static_cast<double>(all);
  }
};

template <typename Counts, typename Right>
Share share_of(const FindingRows& rows, const Counts& counts, const Right& right) {
  Share share;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    if (!counts(rows.labels[i])) continue;
    ++share.all;
    share.right += right(i);
  }
  return share;
}

struct FindingMeasures {
  std::optional<Interval> auroc;
  Share seen, absent, side;
  std::optional<double> severity;
  std::int64_t asked = 0;
};

FindingMeasures measures_of(const FindingRows& rows, const JudgedFinding& finding,
                            const AdherenceOptions& options) {
  FindingMeasures found;
  found.auroc = auroc_of(rows, options);
  const auto asked = asked_of(rows);
  found.asked = std::count(asked.begin(), asked.end(), 1);
  if (finding.threshold) {
    found.seen = share_of(rows, is_asked,
                          [&](std::size_t i) { return rows.logits[i] >= *finding.threshold; });
    found.absent = share_of(
        rows, [](const ObservationLabel& label) { return label.state == Mentioned::negative; },
        [&](std::size_t i) { return rows.logits[i] < *finding.threshold; });
  }
  found.side = share_of(
      rows,
      [](const ObservationLabel& label) {
        return is_asked(label) &&
               (label.side == MentionedSide::left || label.side == MentionedSide::right);
      },
      [&](std::size_t i) {
        return (rows.left[i] > rows.right[i]) == (rows.labels[i].side == MentionedSide::left);
      });
  std::vector<double> scores;
  std::vector<std::uint8_t> severe;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const MentionedSeverity severity = rows.labels[i].severity;
    if (!is_asked(rows.labels[i]) ||
        (severity != MentionedSeverity::mild && severity != MentionedSeverity::severe))
      continue;
    scores.push_back(rows.logits[i]);
    severe.push_back(severity == MentionedSeverity::severe);
  }
  if (has_enough(severe)) found.severity = auroc({scores, severe});
  return found;
}

/// What a set reaches on one finding, and its standard error.
struct Reached {
  double value = 0, error = 0;
};
using ReachedByFinding = std::vector<std::optional<Reached>>;

/// Two successes and two failures are added for the error, so that one image out of one is not
/// taken for certain (Agresti and Coull 1998).
std::optional<Reached> reached(const Share& share) {
  if (share.all == 0) return std::nullopt;
  const double n = static_cast<double>(share.all) + 4,
               p = (static_cast<double>(share.right) + 2) / n;
  return Reached{*share.value(), std::sqrt(p * (1 - p) / n)};
}

std::optional<Reached> reached(const std::optional<Interval>& interval) {
  constexpr double width = 3.92;  // in standard errors, of a 95 % interval
  if (!interval) return std::nullopt;
  return Reached{interval->value, (interval->high - interval->low) / width};
}

/// Of the values that there are.
std::optional<Reached> mean_of(const ReachedByFinding& values) {
  Reached mean;
  double count = 0, variance = 0;
  for (const auto& each : values) {
    if (!each) continue;
    mean.value += each->value;
    variance += each->error * each->error;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return Reached{mean.value / count, std::sqrt(variance) / count};
}

/// Of how many images it is.
struct JudgedSets {
  std::size_t synthetic, real;
  const std::string& features;
};

/// A mean over findings beside that of real images, of the findings that both have.
Measure mean_measure(const char* key, const char* name, const ReachedByFinding& made,
                     const ReachedByFinding& real, const char* what, const JudgedSets& counts) {
  Measure measure;
  measure.key = key, measure.name = name, measure.better = Better::higher;
  measure.synthetic_count = static_cast<std::int64_t>(counts.synthetic);
  measure.real_count = static_cast<std::int64_t>(counts.real);
  measure.features = counts.features;
  const auto counted =
      made.size() - static_cast<std::size_t>(std::count_if(made.begin(), made.end(),
                                                           [](const auto& each) { return !each; }));
  if (counted == 0) {
    measure.verdict = Verdict::undefined;
    measure.sentence = made.empty()
                           ? "The classifier knows none of the findings that are read from prompts."
                           : formatted("No finding of the prompts allows it: {}.", what);
    return measure;
  }
  constexpr double normal_95 = 1.96;
  const Reached all = *mean_of(made);
  measure.value = all.value;
  measure.interval = std::pair{std::max(all.value - normal_95 * all.error, 0.0),
                               std::min(all.value + normal_95 * all.error, 1.0)};
  measure.sentence = formatted("Mean over {} findings.", counted);
  if (counted < made.size())
    measure.sentence += formatted(" {} others have no number.", made.size() - counted);
  ReachedByFinding ours, theirs;
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!made[i] || !real[i]) continue;
    ours.push_back(made[i]);
    theirs.push_back(real[i]);
  }
  if (ours.empty()) return measure;
  if (static_cast<std::int64_t>(std::min(counts.synthetic, counts.real)) < kFewestImages) {
    measure.sentence +=
        formatted(" A verdict needs {} images a side; there are {} real and {} synthetic.",
                  kFewestImages, counts.real, counts.synthetic);
    return measure;
  }
  constexpr double least_play = 0.05, useful = 0.7;
  const Reached found = *mean_of(ours), ceiling = *mean_of(theirs);
  const double chance = 2 * std::hypot(found.error, ceiling.error);
  measure.verdict = found.value >= ceiling.value - std::max(least_play, chance) ? Verdict::good
                    : found.value >= useful                                     ? Verdict::weak
                                                                                : Verdict::bad;
  measure.sentence += formatted(
      " On findings that real images and their reports have, too ({}), these reach {:.3f} by the "
      "same classifier, and the synthetic ones {:.3f}; chance alone makes a difference of up to "
      "{:.3f}.",
      ours.size(), ceiling.value, found.value, chance);
  return measure;
}

}  // namespace

ReportSection adherence_section(const AskedSet& synthetic, const AskedSet& real,
                                const AskedSet& calibration,
                                const std::vector<JudgedClass>& classes,
                                const AdherenceOptions& options) {
  ReportSection section;
  section.key = "adherence";
  section.title = "Do the pictures show what was asked?";
  section.introduction =
      "Rules read from each prompt which findings it asks for and which it denies. The classifier "
      "looks at the picture. The same is done with real images and their reports: no set can be "
      "expected to do better than that. Prompts that leave a finding uncertain do not count for "
      "it.";
  MeasureTable table;
  table.key = "findings", table.title = "By finding";
  table.note =
      "Asked and seen, denied and absent: shares at the classifier's threshold. Side: of "
      "one-sided findings. Severe > mild: AUROC of the logit. Real: the same of real images. An "
      "AUROC needs five images with the finding, and five without it.";
  table.columns = {{"Finding"},
                   {"Asked", Better::neither, 0},
                   {"AUROC", Better::higher},
                   {"AUROC, real", Better::neither},
                   {"Asked and seen", Better::higher},
                   {"real", Better::neither},
                   {"Denied and absent", Better::higher},
                   {"real", Better::neither},
                   {"Right side", Better::higher},
                   {"real", Better::neither},
                   {"Severe > mild", Better::higher},
                   {"real", Better::neither}};
  std::array<ReachedByFinding, 4> made, true_ones;
  for (const JudgedFinding& finding : findings_of(classes, calibration)) {
    const FindingMeasures here = measures_of(rows_of_finding(synthetic, finding), finding, options),
                          there = measures_of(rows_of_finding(real, finding), finding, options);
    table.rows.push_back({text_cell(finding.name), number_cell(static_cast<double>(here.asked)),
                          estimate_cell(here.auroc), estimate_cell(there.auroc),
                          number_cell(here.seen.value()), number_cell(there.seen.value()),
                          number_cell(here.absent.value()), number_cell(there.absent.value()),
                          number_cell(here.side.value()), number_cell(there.side.value()),
                          number_cell(here.severity), number_cell(there.severity)});
    const auto collect = [](auto& into, const FindingMeasures& each) {
      into[0].push_back(reached(each.auroc));
      into[1].push_back(reached(each.seen));
      into[2].push_back(reached(each.absent));
      into[3].push_back(reached(each.side));
    };
    collect(made, here);
    collect(true_ones, there);
  }
  const JudgedSets counts{synthetic.asked.size(), real.asked.size(), options.features};
  section.measures = {
      mean_measure("adherence_auroc", "Asked against not asked, mean AUROC", made[0], true_ones[0],
                   "one needs five images that are asked for it and five that are not", counts),
      mean_measure("asked_and_seen", "Asked and seen", made[1], true_ones[1],
                   "none is asked for, or no threshold is known", counts),
      mean_measure("denied_and_absent", "Denied and absent", made[2], true_ones[2],
                   "none is denied, or no threshold is known", counts),
      mean_measure("right_side", "Right side", made[3], true_ones[3], "none has a side", counts)};
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace raygen::engine
