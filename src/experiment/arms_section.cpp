#include "experiment/arms_section.hpp"

#include "evaluation/auroc_interval.hpp"
#include "evaluation/table_cells.hpp"
#include "experiment/arm.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace raygen::engine {

namespace {

/// A synthetic set that stands for real images has at least this share of what they reach.
constexpr double kGoodShare = 0.9;
constexpr double kChance = 0.5;
constexpr double kMostByChance = 0.75;  // of the first arm, where a share still says something

TableCell count_cell(std::int64_t count) { return number_cell(static_cast<double>(count)); }

std::pair<double, double> ends(const Interval& interval) { return {interval.low, interval.high}; }

/// What one arm came to.
struct ArmScores {
  std::vector<RunScore> runs;
  std::optional<RunsMean> mean;                     // of the runs' mean AUROCs
  std::vector<std::optional<RunsMean>> of_classes;  // by class
};

ArmScores scores_of(const ArmRuns& arm, const TestTruth& truth) {
  ArmScores scores;
  for (const at::Tensor& logits : arm.logits) scores.runs.push_back(score_run(logits, truth));
  const auto mean = [&](const auto& value_of) -> std::optional<RunsMean> {
    std::vector<double> values;  // of all runs or of none, since the images are the same
    for (const RunScore& run : scores.runs)
      if (const std::optional<double> value = value_of(run)) values.push_back(*value);
    return values.empty() ? std::nullopt : std::optional(mean_of_runs(values));
  };
  scores.mean = mean([](const RunScore& run) { return run.mean; });
  for (std::size_t k = 0; k < scores.runs.front().classes.size(); ++k)
    scores.of_classes.push_back(mean([k](const RunScore& run) { return run.classes[k]; }));
  return scores;
}

std::string names_of(const std::vector<std::string>& classes, const ArmScores& scores,
                     bool defined) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k)
    if (scores.of_classes[k].has_value() == defined) names.push_back(classes[k]);
  return formatted("{}", fmt::join(names, ", "));
}

Measure without_number(Measure measure) {
  measure.verdict = Verdict::undefined;
  measure.sentence =
      formatted("No finding has {} test images with it and as many without it.", kFewestOfClass);
  return measure;
}

Measure auroc_measure(const ArmRuns& arm, const ArmScores& scores, std::int64_t test_images) {
  Measure measure;
  measure.key = "auroc_" + arm.arm.folder;
  measure.name = "Mean AUROC: " + title_of(arm.arm);
  measure.better = Better::higher;
  measure.real_count = test_images, measure.synthetic_count = arm.synthetic_images;
  if (!scores.mean) {
    return without_number(std::move(measure));
  }
  measure.value = scores.mean->mean, measure.interval = scores.mean->interval;
  measure.sentence =
      scores.mean->interval
          ? formatted("{} runs, deviation {:.4f}; the interval is Student's, over runs.",
                      scores.mean->runs, scores.mean->deviation)
          : std::string(
                "One run: nobody knows how much runs differ, so that there is no interval.");
  return measure;
}

std::string text_of(const std::pair<double, double>& interval) {
  return formatted("{:+.4f} to {:+.4f}", interval.first, interval.second);
}

std::string sentence_of_gain(const Gain& gain, const std::string& first) {
  if (!gain.runs.interval)
    return "One run of each arm cannot tell a gain from chance: 5 or more were expected.";
  const std::string over_both =
      formatted("other patients would give {}, other runs {}", text_of(ends(gain.patients)),
                text_of(*gain.runs.interval));
  if (gain.is_clear())
    return formatted("{} than {}: {}.", gain.patients.value > 0 ? "Better" : "Worse", first,
                     over_both);
  std::string sentence = formatted("Not to be told from {}: {}.", first, over_both);
  if (const auto runs = runs_needed(gain.runs.deviation, gain.patients.value))
    sentence += formatted(
        " A true gain of this size, with runs that differ as these do, is found in four of five "
        "experiments of {} runs an arm.",
        *runs);
  return sentence;
}

Measure gain_measure(const ArmRuns& arm, const std::optional<Gain>& gain,
                     const std::string& first) {
  Measure measure;
  measure.key = "gain_" + arm.arm.folder;
  measure.name = formatted("Gain over {}: {}", first, title_of(arm.arm));
  measure.better = Better::higher, measure.decimals = 4;
  measure.synthetic_count = arm.synthetic_images;
  if (!gain) {
    return without_number(std::move(measure));
  }
  measure.value = gain->patients.value, measure.interval = ends(gain->patients);
  measure.sentence = sentence_of_gain(*gain, first);
  if (arm.arm.kind == ArmKind::synthetic) return measure;  // nobody expects a gain: see its share
  if (gain->is_clear()) measure.verdict = gain->patients.value > 0 ? Verdict::good : Verdict::bad;
  return measure;
}

/// How much of what the first arm reaches a classifier reaches that saw no real image.
Measure share_measure(const ArmRuns& arm, const ArmScores& scores, const ArmScores& first,
                      const std::string& name) {
  Measure measure;
  measure.key = "share_" + arm.arm.folder;
  measure.name = formatted("Share of the AUROC of {}: {}", name, title_of(arm.arm));
  measure.better = Better::higher;
  measure.synthetic_count = arm.synthetic_images;
  if (!scores.mean || !first.mean) {
    return without_number(std::move(measure));
  }
  measure.value = scores.mean->mean / first.mean->mean;
  const double by_chance = kChance / first.mean->mean;
  if (by_chance <= kMostByChance)
    measure.verdict = *measure.value >= kGoodShare ? Verdict::good : Verdict::weak;
  measure.sentence = formatted(
      "Trained without a real image and tested with real ones: {:.3f} where {} reaches {:.3f}. "
      "Chance alone reaches {:.3f} of that{}.",
      scores.mean->mean, name, first.mean->mean, by_chance,
      by_chance <= kMostByChance ? "" : ", too much for a verdict");
  return measure;
}

MeasureTable arms_table(const std::vector<ArmRuns>& arms, const std::vector<ArmScores>& scores,
                        const std::vector<std::optional<Gain>>& gains, const ArmsOptions& options) {
  MeasureTable table;
  table.key = "arms", table.title = "By arm";
  table.note =
      "AUROC: mean over the findings and the runs, with Student's interval over runs. Gain: "
      "paired, "
      "with the interval over resampled patients and with Student's over runs.";
  table.columns = {{"Trained on"},
                   {"Real images", Better::neither, 0},
                   {"Synthetic images", Better::neither, 0},
                   {"Updates", Better::neither, 0},
                   {"AUROC", Better::higher},
                   {"Deviation of runs", Better::neither, 4},
                   {"Gain, over patients", Better::higher, 4},
                   {"Gain, over runs", Better::higher, 4}};
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const std::optional<RunsMean>& mean = scores[i].mean;
    std::vector<TableCell> row = {
        text_cell(title_of(arms[i].arm)),
        count_cell(arms[i].real_images),
        count_cell(arms[i].synthetic_images),
        count_cell(options.updates),
        mean ? number_cell(mean->mean, mean->interval) : TableCell{},
        mean && mean->runs > 1 ? number_cell(mean->deviation) : TableCell{}};
    if (gains[i]) {
      row.push_back(number_cell(gains[i]->patients.value, ends(gains[i]->patients)));
      row.push_back(number_cell(gains[i]->runs.mean, gains[i]->runs.interval));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

MeasureTable findings_table(const std::vector<ArmRuns>& arms, const std::vector<ArmScores>& scores,
                            const TestTruth& truth, const ArmsOptions& options) {
  MeasureTable table;
  table.key = "findings", table.title = "AUROC by finding";
  table.rows_compete = true;
  table.columns = {{"Trained on"}};
  for (std::size_t k = 0; k < options.classes.size(); ++k) {
    if (!scores.front().of_classes[k]) continue;
    const auto targets = truth.targets.select(1, static_cast<std::int64_t>(k));
    table.columns.push_back({formatted("{} ({})", options.classes[k],
                                       at::nan_to_num(targets).sum().item<std::int64_t>()),
                             Better::higher});
  }
  for (std::size_t i = 0; i < arms.size(); ++i) {
    std::vector<TableCell> row = {text_cell(title_of(arms[i].arm))};
    for (const std::optional<RunsMean>& each : scores[i].of_classes)
      if (each) row.push_back(number_cell(each->mean));
    table.rows.push_back(std::move(row));
  }
  table.note = "Mean over the runs. In brackets: the test images that have the finding.";
  if (const std::string undefined = names_of(options.classes, scores.front(), false);
      !undefined.empty())
    table.note +=
        formatted(" Left out, because fewer than {} test images have it, or have it not: {}.",
                  kFewestOfClass, undefined);
  return table;
}

MeasureTable runs_table(const std::vector<ArmRuns>& arms, const std::vector<ArmScores>& scores,
                        const ArmsOptions& options) {
  MeasureTable table;
  table.key = "runs", table.title = "Every run";
  table.columns = {{"Trained on"}, {"Seed", Better::neither, 0}, {"Mean", Better::higher, 4}};
  for (std::size_t k = 0; k < options.classes.size(); ++k)
    if (scores.front().of_classes[k]) table.columns.push_back({options.classes[k], Better::higher});
  for (std::size_t i = 0; i < arms.size(); ++i) {
    for (std::size_t run = 0; run < scores[i].runs.size(); ++run) {
      const RunScore& score = scores[i].runs[run];
      std::vector<TableCell> row = {text_cell(title_of(arms[i].arm)),
                                    count_cell(static_cast<std::int64_t>(options.seed + run)),
                                    number_cell(score.mean)};
      for (const std::optional<double>& value : score.classes)
        if (value) row.push_back(number_cell(*value));
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

ReportFigure gains_figure(std::string key, std::string title, Bars bars) {
  ReportFigure figure;
  figure.key = std::move(key), figure.title = std::move(title);
  figure.note =
      "To the right of the line is better. An interval (over patients) that holds the line "
      "shows no difference.";
  figure.x_title = "Gain in AUROC";
  bars.zero = 0;
  figure.bars = std::move(bars);
  return figure;
}

}  // namespace

ReportSection arms_section(const std::vector<ArmRuns>& arms, const TestTruth& truth,
                           const ArmsOptions& options) {
  ReportSection section;
  const std::string first = title_of(arms.front().arm);
  const auto patients = std::set<std::string>(truth.groups.begin(), truth.groups.end()).size();
  section.key = "arms", section.title = "Do synthetic images help a classifier?";
  section.introduction = formatted(
      "For each arm, {} classifiers are trained with {} updates each, from the same first weights "
      "in "
      "every arm, and tested with the same {} real images of {} patients, whom no training saw. A "
      "gain is clear if both of its intervals leave out 0: the one over the patients of the test, "
      "and the one over the runs.",
      arms.front().logits.size(), options.updates, truth.groups.size(), patients);
  std::vector<ArmScores> scores;
  for (const ArmRuns& arm : arms) scores.push_back(scores_of(arm, truth));
  const auto test_images = static_cast<std::int64_t>(truth.groups.size());
  std::vector<std::optional<Gain>> gains = {std::nullopt};
  Bars by_arm;
  std::vector<ReportFigure> by_finding;
  section.measures.push_back(auroc_measure(arms.front(), scores.front(), test_images));
  for (std::size_t i = 1; i < arms.size(); ++i) {
    const auto gain_of = [&](std::optional<std::int64_t> klass) {
      return gain(arms[i].logits, arms.front().logits, truth, klass, options.bootstrap_draws,
                  options.seed);
    };
    gains.push_back(gain_of(std::nullopt));
    const std::string title = title_of(arms[i].arm);
    section.measures.push_back(auroc_measure(arms[i], scores[i], test_images));
    section.measures.push_back(gain_measure(arms[i], gains.back(), first));
    if (arms[i].arm.kind == ArmKind::synthetic)
      section.measures.push_back(share_measure(arms[i], scores[i], scores.front(), first));
    if (!gains.back()) continue;
    by_arm.rows.push_back({title, gains.back()->patients.value, ends(gains.back()->patients)});
    Bars findings;
    for (std::size_t k = 0; k < options.classes.size(); ++k)
      if (const auto each = gain_of(static_cast<std::int64_t>(k)))
        findings.rows.push_back({options.classes[k], each->patients.value, ends(each->patients)});
    by_finding.push_back(gains_figure("gain_" + arms[i].arm.folder,
                                      formatted("Gain over {} by finding: {}", first, title),
                                      std::move(findings)));
  }
  section.tables = {arms_table(arms, scores, gains, options),
                    findings_table(arms, scores, truth, options),
                    runs_table(arms, scores, options)};
  if (!by_arm.rows.empty())
    section.figures.push_back(gains_figure("gains", "Gain over " + first, std::move(by_arm)));
  for (ReportFigure& figure : by_finding) section.figures.push_back(std::move(figure));
  return section;
}

void conclude_arms(Report& report, const ReportSection& section, const std::vector<ArmRuns>& arms) {
  std::map<std::string, const Measure*> measures;
  for (const Measure& measure : section.measures) measures[measure.key] = &measure;
  std::vector<std::string> better, worse, same, sentences;
  for (const ArmRuns& each : arms) {
    const auto gain = measures.find("gain_" + each.arm.folder);
    if (gain == measures.end() || !gain->second->value) continue;
    if (each.arm.kind == ArmKind::synthetic) continue;  // see its share
    const Verdict verdict = gain->second->verdict;
    (verdict == Verdict::good  ? better
     : verdict == Verdict::bad ? worse
                               : same)
        .push_back(formatted("{} ({:+.4f})", title_of(each.arm), *gain->second->value));
  }
  const std::string first = title_of(arms.front().arm);
  const auto add = [&](const std::vector<std::string>& names, const char* what) {
    if (!names.empty())
      sentences.push_back(formatted("{} {}: {}.", what, first, fmt::join(names, ", ")));
  };
  add(better, "Clearly better than");
  add(same, "Not to be told from");
  add(worse, "Clearly worse than");
  for (const Measure& measure : section.measures)
    if (measure.key.starts_with("share_") && measure.value)
      sentences.push_back(formatted("{}: {:.1f} %.", measure.name, 100 * *measure.value));
  report.conclusion = formatted("{}", fmt::join(sentences, " "));
  report.words.value = "Value";
  report.words.good = formatted("clearly better than {}, or enough of what it reaches", first);
  report.words.weak = "less than nine tenths of what real images reach";
  report.words.bad = formatted("clearly worse than {}", first);
  if (!better.empty()) {
    report.verdict = Verdict::good;
    report.words.headline = "Synthetic images helped";
  } else if (!same.empty()) {
    report.verdict = Verdict::none;
    report.words.headline = "No difference can be told";
  } else if (!worse.empty()) {
    report.verdict = Verdict::bad;
    report.words.headline = "Synthetic images did harm";
  } else {
    report.words.headline = "Nothing was compared";
  }
  if (report.conclusion.empty())
    report.conclusion = "There is no arm that real images are mixed in, beside the first one.";
}

}  // namespace raygen::engine
