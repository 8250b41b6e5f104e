#include "experiment/comparison.hpp"

#include "error.hpp"
#include "evaluation/auroc_interval.hpp"
#include "evaluation/classification.hpp"
#include "evaluation/spread.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace raygen::engine {

namespace {

/// The images of one class whose truth is known, by the scores of one run, ascending; none where
/// fewer than kFewestOfClass have the class, or have it not.
struct RankedClass {
  std::vector<std::int64_t> rows;
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
};

RankedClass ranked(const at::Tensor& logits, const at::Tensor& targets, std::int64_t klass) {
  const at::Tensor scores = logits.select(1, klass).to(at::kDouble).contiguous(),
                   truths = targets.select(1, klass).to(at::kDouble).contiguous();
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < truths.numel(); ++i)
    if (!std::isnan(truths.const_data_ptr<double>()[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return scores.const_data_ptr<double>()[a] < scores.const_data_ptr<double>()[b];
  });
  RankedClass result;
  for (const std::int64_t row : order) {
    result.rows.push_back(row);
    result.scores.push_back(scores.const_data_ptr<double>()[row]);
    result.labels.push_back(truths.const_data_ptr<double>()[row] > 0.5);
  }
  if (!has_enough(result.labels)) return {};
  return result;
}

/// AUROC of images that count as often as `weights` says.
std::optional<double> weighted_auroc(const RankedClass& data, const std::vector<double>& weights) {
  double negatives = 0, positives = 0, below = 0;
  for (std::size_t first = 0; first < data.scores.size();) {
    double tied_negatives = 0, tied_positives = 0;
    std::size_t i = first;
    for (; i < data.scores.size() && data.scores[i] == data.scores[first]; ++i)
      (data.labels[i] != 0 ? tied_positives : tied_negatives) +=
          weights[static_cast<std::size_t>(data.rows[i])];
    below += tied_positives * (negatives + tied_negatives / 2);
    negatives += tied_negatives, positives += tied_positives;
    first = i;
  }
  if (negatives == 0 || positives == 0) return std::nullopt;
  return below / (negatives * positives);
}

using RankedRuns = std::vector<std::vector<RankedClass>>;  // by run, by class

RankedRuns ranked_runs(const std::vector<at::Tensor>& runs, const TestTruth& truth,
                       std::optional<std::int64_t> klass) {
  RankedRuns result;
  for (const at::Tensor& logits : runs) {
    result.emplace_back();
    for (std::int64_t k = klass.value_or(0); k < (klass ? *klass + 1 : logits.size(1)); ++k)
      result.back().push_back(ranked(logits, truth.targets, k));
  }
  return result;
}

/// Over the classes that have one.
std::optional<double> mean_auroc(const std::vector<RankedClass>& classes,
                                 const std::vector<double>& weights) {
  std::vector<double> values;
  for (const RankedClass& each : classes)
    if (const auto value = weighted_auroc(each, weights)) values.push_back(*value);
  return values.empty() ? std::nullopt : std::optional(spread_of(values).mean);
}

/// Of each run; nothing if it has none, which is so in all runs or in no run.
std::optional<std::vector<double>> differences_of_runs(const RankedRuns& arm,
                                                       const RankedRuns& other,
                                                       const std::vector<double>& weights) {
  std::vector<double> differences;
  for (std::size_t run = 0; run < arm.size(); ++run) {
    const auto mine = mean_auroc(arm[run], weights), theirs = mean_auroc(other[run], weights);
    if (!mine || !theirs) return std::nullopt;
    differences.push_back(*mine - *theirs);
  }
  return differences;
}

/// P(T <= t) for t >= 0: Abramowitz and Stegun 26.7.3 and 26.7.4.
double student_probability(double t, std::int64_t degrees) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(angle), sine = std::sin(angle);
  double term = degrees % 2 == 0 ? 1 : cosine, sum = 0;
  for (std::int64_t k = degrees % 2 == 0 ? 2 : 3; k <= degrees; k += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(k - 1) / static_cast<double>(k);
  }
  const double inside = degrees % 2 == 0 ? sine * sum : (angle + sine * sum) * 2 / std::numbers::pi;
  return (1 + inside) / 2;
}

}  // namespace

RunScore score_run(const at::Tensor& logits, const TestTruth& truth) {
  if (logits.dim() != 2 || logits.sizes() != truth.targets.sizes())
    fail(Status::invalid_argument,
         "logits: as many rows and classes as the test has were expected");
  RunScore score;
  const std::vector<double> once(truth.groups.size(), 1.0);
  std::vector<double> defined;
  const RankedRuns one = ranked_runs({logits}, truth, std::nullopt);
  for (const RankedClass& each : one.front()) {
    score.classes.push_back(weighted_auroc(each, once));
    if (score.classes.back()) defined.push_back(*score.classes.back());
  }
  if (!defined.empty()) score.mean = spread_of(defined).mean;
  return score;
}

double student_quantile(std::int64_t degrees) {
  if (degrees < 1)
    fail(Status::invalid_argument, "{} degrees of freedom; 1 or more were expected", degrees);
  constexpr double wanted = 0.975;
  double low = 0, high = 13;  // of one degree it is 12.7
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (student_probability(middle, degrees) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

RunsMean mean_of_runs(const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  RunsMean result{spread.mean, spread.deviation, {}, static_cast<std::int64_t>(values.size())};
  if (result.runs > 1) {
    const double half = student_quantile(result.runs - 1) * spread.deviation /
                        std::sqrt(static_cast<double>(result.runs));
    result.interval = {spread.mean - half, spread.mean + half};
  }
  return result;
}

bool Gain::is_clear() const {
  if (!runs.interval) return false;
  const auto excludes = [](double low, double high, double sign) {
    return sign * low > 0 && sign * high > 0;
  };
  for (const double sign : {1.0, -1.0})
    if (excludes(patients.low, patients.high, sign) &&
        excludes(runs.interval->first, runs.interval->second, sign))
      return true;
  return false;
}

std::optional<Gain> gain(const std::vector<at::Tensor>& arm, const std::vector<at::Tensor>& other,
                         const TestTruth& truth, std::optional<std::int64_t> klass,
                         std::int64_t draws, std::uint64_t seed) {
  if (arm.empty() || arm.size() != other.size())
    fail(Status::invalid_argument, "{} runs are compared with {}; as many of each were expected",
         arm.size(), other.size());
  const RankedRuns mine = ranked_runs(arm, truth, klass), theirs = ranked_runs(other, truth, klass);
  const std::vector<double> once(truth.groups.size(), 1.0);
  const auto differences = differences_of_runs(mine, theirs, once);
  if (!differences) return std::nullopt;
  const Metric metric = [&](const std::vector<std::int64_t>& rows) -> std::optional<double> {
    std::vector<double> weights(truth.groups.size());
    for (const std::int64_t row : rows) weights[static_cast<std::size_t>(row)] += 1;
    const auto drawn = differences_of_runs(mine, theirs, weights);
    return drawn ? std::optional(spread_of(*drawn).mean) : std::nullopt;
  };
  const std::optional<Interval> patients = bootstrap(truth.groups, metric, draws, seed);
  if (!patients) return std::nullopt;
  return Gain{*patients, mean_of_runs(*differences)};
}

std::optional<std::int64_t> runs_needed(double deviation, double gain) {
  constexpr double both_sides = 15.7;  // 2 (1.96 + 0.84)²
  if (!(deviation > 0) || gain == 0) return std::nullopt;
  const double runs = std::ceil(both_sides * deviation * deviation / (gain * gain));
  constexpr double most = 1e6;
  return static_cast<std::int64_t>(std::clamp(runs, 2.0, most));
}

}  // namespace raygen::engine
