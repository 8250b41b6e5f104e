#include "evaluation/classifier_section.hpp"

#include "evaluation/auroc_interval.hpp"
#include "evaluation/classification.hpp"
#include "evaluation/table_cells.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace raygen::engine {

namespace {

double probability(double logit) { return 1 / (1 + std::exp(-logit)); }

/// What is computed of one set.
struct ToldApart {
  MeasureTable table;
  Curves roc;
  std::vector<double> probabilities;  // of all findings of the table, one after the other
  std::vector<std::uint8_t> labels;
  double sum_auroc = 0;
  std::vector<FindingRows> rows;  // of the findings of the table
};

void add_finding(ToldApart& into, const JudgedFinding& finding, const FindingRows& rows,
                 const std::vector<std::uint8_t>& asked, const Interval& auroc) {
  std::vector<double> probabilities;
  std::transform(rows.logits.begin(), rows.logits.end(), std::back_inserter(probabilities),
                 probability);
  const Scored logits{rows.logits, asked}, of_probabilities{probabilities, asked};
  std::optional<double> f1, precision, recall;
  if (finding.threshold) {
    f1 = f1_score(logits, *finding.threshold);
    precision = precision_at(logits, *finding.threshold);
    recall = recall_at(logits, *finding.threshold);
  }
  into.table.rows.push_back(
      {text_cell(finding.name), number_cell(static_cast<double>(asked.size())),
       number_cell(static_cast<double>(std::count(asked.begin(), asked.end(), 1))),
       estimate_cell(auroc), number_cell(average_precision(logits)), number_cell(f1),
       number_cell(precision), number_cell(recall),
       number_cell(expected_calibration_error(of_probabilities)),
       number_cell(brier_score(of_probabilities))});
  into.roc.curves.push_back(
      {formatted("{} (AUC = {:.3f})", finding.name, auroc.value), roc_curve(logits)});
  into.probabilities.insert(into.probabilities.end(), probabilities.begin(), probabilities.end());
  into.labels.insert(into.labels.end(), asked.begin(), asked.end());
  into.sum_auroc += auroc.value;
}

ToldApart told_apart(const AskedSet& set, const std::vector<JudgedFinding>& findings,
                     const char* key, const char* title, const AdherenceOptions& options) {
  ToldApart found;
  found.table.key = key, found.table.title = title;
  found.table.columns = {{"Finding"},
                         {"Images", Better::neither, 0},
                         {"with it", Better::neither, 0},
                         {"AUROC", Better::higher},
                         {"AP", Better::higher},
                         {"F1", Better::higher},
                         {"Precision", Better::higher},
                         {"Recall", Better::higher},
                         {"ECE", Better::lower},
                         {"Brier", Better::lower}};
  std::vector<std::string> left_out, without_threshold;
  for (const JudgedFinding& finding : findings) {
    const FindingRows rows = rows_of_finding(set, finding);
    const std::vector<std::uint8_t> asked = asked_of(rows);
    const std::optional<Interval> auroc =
        has_enough(asked) ? auroc_interval({rows.logits, asked}, {}, rows.groups,
                                           options.bootstrap_draws, options.seed)
                          : std::nullopt;
    if (!auroc) {
      left_out.push_back(finding.name);
      continue;
    }
    if (!finding.threshold) without_threshold.push_back(finding.name);
    add_finding(found, finding, rows, asked, *auroc);
    found.rows.push_back(rows);
  }
  if (!left_out.empty())
    found.table.note +=
        formatted("Left out, because fewer than {} images have it, or have it not: {}. ",
                  kFewestOfClass, fmt::join(left_out, ", "));
  if (!without_threshold.empty())
    found.table.note += formatted(
        "F1, precision and recall need a threshold from validation images, which is not known of: "
        "{}.",
        fmt::join(without_threshold, ", "));
  return found;
}

/// Of the mean over the findings, from resampled patients: the same of all findings in each draw.
std::optional<Interval> mean_interval(const ToldApart& found, const AskedSet& set,
                                      const AdherenceOptions& options) {
  struct Finding {
    std::vector<double> logits;
    std::vector<std::uint8_t> asked;
    std::vector<std::int64_t> row;  // of the set's image; -1: it is left uncertain
  };
  std::vector<Finding> findings;
  for (const FindingRows& rows : found.rows) {
    findings.push_back({rows.logits, asked_of(rows), {}});
    findings.back().row.assign(set.asked.size(), -1);
    for (std::size_t i = 0; i < rows.images.size(); ++i)
      findings.back().row[rows.images[i]] = static_cast<std::int64_t>(i);
  }
  const auto mean = [&](const std::vector<std::int64_t>& drawn) -> std::optional<double> {
    check_cancelled(options.job);
    double sum = 0;
    for (const Finding& finding : findings) {
      std::vector<double> logits;
      std::vector<std::uint8_t> asked;
      for (const std::int64_t image : drawn) {
        const std::int64_t row = finding.row[static_cast<std::size_t>(image)];
        if (row < 0) continue;
        logits.push_back(finding.logits[static_cast<std::size_t>(row)]);
        asked.push_back(finding.asked[static_cast<std::size_t>(row)]);
      }
      const std::optional<double> value = auroc({logits, asked});
      if (!value) return std::nullopt;
      sum += *value;
    }
    return sum / static_cast<double>(findings.size());
  };
  return bootstrap(set.groups, mean, options.bootstrap_draws, options.seed);
}

Measure mean_auroc(const ToldApart& found, const AskedSet& set, bool real, const std::string& what,
                   const AdherenceOptions& options) {
  Measure measure;
  measure.key = real ? "auroc_real" : "auroc_synthetic";
  measure.name = real ? "Mean AUROC, real images" : "Mean AUROC, synthetic images";
  measure.better = Better::higher;
  (real ? measure.real_count : measure.synthetic_count) =
      static_cast<std::int64_t>(set.asked.size());
  measure.features = options.features;
  const std::size_t count = found.table.rows.size();
  if (count == 0) {
    measure.verdict = Verdict::undefined;
    measure.sentence = formatted(
        "It needs a finding that the classifier knows and that {} or more of the images have by "
        "their {}, and as many have not.",
        kFewestOfClass, what);
    return measure;
  }
  measure.value = found.sum_auroc / static_cast<double>(count);
  if (const std::optional<Interval> interval = mean_interval(found, set, options))
    measure.interval = std::pair{interval->low, interval->high};
  measure.sentence = formatted("Against their {}, over {} findings of the table.", what, count);
  return measure;
}

ReportFigure roc_figure(const char* key, const char* title, Curves curves) {
  ReportFigure figure;
  figure.key = key, figure.title = title;
  figure.note = "The nearer to the upper left corner, the better. The diagonal is chance.";
  figure.x_title = "false positive rate", figure.y_title = "true positive rate";
  figure.curves = std::move(curves);
  return figure;
}

}  // namespace

ReportSection classifier_section(const AskedSet& synthetic, const AskedSet& real,
                                 const std::vector<JudgedFinding>& findings,
                                 const AdherenceOptions& options) {
  ReportSection section;
  section.key = "classifier", section.title = "How well are findings told apart?";
  section.introduction =
      "The classifier's probability of each finding against what a real image's labels (where the "
      "dataset has them, else its report), or a synthetic image's prompt, say. A prompt's text "
      "that leaves a finding uncertain does not "
      "count for it. Figures of real images say how far the classifier can be trusted.";
  ToldApart there = told_apart(real, findings, "classifier_real", "Real images", options),
            made = told_apart(synthetic, findings, "classifier_synthetic",
                              "Synthetic images, against what was asked", options);
  section.measures = {mean_auroc(there, real, true, "labels or reports", options),
                      mean_auroc(made, synthetic, false, "prompts", options)};
  Curves reliable;
  for (const auto& [set, name] : {std::pair{&there, "real"}, std::pair{&made, "synthetic"}})
    if (!set->labels.empty())
      reliable.curves.push_back({name, reliability({set->probabilities, set->labels})});
  if (!there.roc.curves.empty())
    section.figures.push_back(roc_figure("roc_real", "ROC, real images", std::move(there.roc)));
  if (!made.roc.curves.empty())
    section.figures.push_back(
        roc_figure("roc_synthetic", "ROC, synthetic images", std::move(made.roc)));
  if (!reliable.curves.empty()) {
    ReportFigure figure;
    figure.key = "reliability", figure.title = "Reliability, all findings together";
    figure.note = "Of images with a probability of 0.7, 0.7 should have the finding: the diagonal.";
    figure.x_title = "probability", figure.y_title = "share that has the finding";
    figure.curves = std::move(reliable);
    section.figures.push_back(std::move(figure));
  }
  for (ToldApart* set : {&there, &made})
    if (!set->table.rows.empty()) section.tables.push_back(std::move(set->table));
  return section;
}

}  // namespace raygen::engine
