#include "evaluation/classification.hpp"

#include "error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace raygen::engine {

namespace {

/// Counts at and above one of the distinct scores, from the highest on.
struct Operating {
  double threshold;
  double true_positives, false_positives;
};

std::vector<Operating> operating_points(const Scored& data) {
  std::vector<std::size_t> order(data.scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return data.scores[a] > data.scores[b]; });
  std::vector<Operating> points;
  Operating now{0, 0, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    (data.labels[order[i]] != 0 ? now.true_positives : now.false_positives) += 1;
    now.threshold = data.scores[order[i]];
    if (i + 1 == order.size() || data.scores[order[i + 1]] != now.threshold) points.push_back(now);
  }
  return points;
}

/// The threshold of the first of the points with the largest value.
template <typename Value>
std::optional<double> best_threshold(const Scored& data, const Value& value) {
  const std::vector<Operating> points = operating_points(data);
  if (points.empty() || points.back().true_positives == 0 || points.back().false_positives == 0)
    return std::nullopt;
  const auto best =
      std::max_element(points.begin(), points.end(), [&](const Operating& a, const Operating& b) {
        return value(a, points.back()) < value(b, points.back());
      });
  return best->threshold;
}

void check_probabilities(const Scored& data) {
  for (std::size_t i = 0; i < data.scores.size(); ++i) {
    if (!(data.scores[i] >= 0 && data.scores[i] <= 1))
      fail(Status::invalid_argument, "score {} is {}; a probability from 0 to 1 was expected", i,
           data.scores[i]);
  }
}

struct Counts {
  double right = 0, found = 0, there = 0;  // TP, TP + FP, TP + FN
};

Counts counts_at(const Scored& data, double threshold) {
  check_scored(data);
  Counts counts;
  for (std::size_t i = 0; i < data.scores.size(); ++i) {
    const bool found = data.scores[i] >= threshold, there = data.labels[i] != 0;
    counts.right += found && there;
    counts.found += found;
    counts.there += there;
  }
  return counts;
}

/// Sums over the images whose probability is in one bin.
struct Bin {
  double count = 0, probabilities = 0, positives = 0;
};

std::vector<Bin> bins_of(const Scored& data, int bins) {
  check_scored(data);
  check_probabilities(data);
  if (bins < 1) fail(Status::invalid_argument, "bins is {}; 1 or more was expected", bins);
  std::vector<Bin> all(static_cast<std::size_t>(bins));
  for (std::size_t i = 0; i < data.scores.size(); ++i) {
    const double place = std::ceil(data.scores[i] * bins) - 1;
    Bin& bin = all[static_cast<std::size_t>(std::clamp<double>(place, 0, bins - 1))];
    ++bin.count;
    bin.probabilities += data.scores[i];
    bin.positives += data.labels[i];
  }
  return all;
}

/// DeLong's structural components: of each positive the share of negatives below it, and of each
/// negative the share of positives above it, ties counting half.
struct Components {
  std::vector<double> positives, negatives;
};

Components components(const Scored& data) {
  std::vector<double> positives, negatives;
  for (std::size_t i = 0; i < data.scores.size(); ++i)
    (data.labels[i] != 0 ? positives : negatives).push_back(data.scores[i]);
  const auto share_below = [](const std::vector<double>& sorted, double score) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), score);
    return (static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2) /
           static_cast<double>(sorted.size());
  };
  std::vector<double> sorted_positives = positives, sorted_negatives = negatives;
  std::sort(sorted_positives.begin(), sorted_positives.end());
  std::sort(sorted_negatives.begin(), sorted_negatives.end());
  Components result;
  for (const double score : positives)
    result.positives.push_back(share_below(sorted_negatives, score));
  for (const double score : negatives)
    result.negatives.push_back(1 - share_below(sorted_positives, score));
  return result;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {  // with N - 1
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum / static_cast<double>(values.size() - 1);
}

std::optional<AurocEstimate> estimate(const Components& components) {
  if (components.positives.size() < 2 || components.negatives.size() < 2) return std::nullopt;
  return AurocEstimate{
      mean(components.positives),
      std::sqrt(variance(components.positives) / static_cast<double>(components.positives.size()) +
                variance(components.negatives) / static_cast<double>(components.negatives.size()))};
}

}  // namespace

void check_scored(const Scored& data) {
  if (data.scores.size() != data.labels.size())
    fail(Status::invalid_argument, "{} scores have {} labels; one each was expected",
         data.scores.size(), data.labels.size());
  for (std::size_t i = 0; i < data.scores.size(); ++i) {
    if (std::isnan(data.scores[i])) fail(Status::numeric, "score {} is NaN", i);
    if (data.labels[i] > 1)
      fail(Status::invalid_argument, "label {} is {}; 0 or 1 was expected", i, data.labels[i]);
  }
}

std::optional<double> auroc(const Scored& data) {
  check_scored(data);
  double area = 0, true_positives = 0, false_positives = 0;
  for (const Operating& point : operating_points(data)) {
    area += (point.false_positives - false_positives) * (point.true_positives + true_positives) / 2;
    true_positives = point.true_positives, false_positives = point.false_positives;
  }
  if (true_positives == 0 || false_positives == 0) return std::nullopt;
  return area / (true_positives * false_positives);
}

std::optional<double> tpr_at_fpr(const Scored& data, double false_positive_rate) {
  check_scored(data);
  if (!(false_positive_rate >= 0 && false_positive_rate <= 1))
    fail(Status::invalid_argument, "the false positive rate is {}; 0 to 1 was expected",
         false_positive_rate);
  const std::vector<Operating> points = operating_points(data);
  if (points.empty() || points.back().true_positives == 0 || points.back().false_positives == 0)
    return std::nullopt;
  double found = 0;
  for (const Operating& point : points) {
    if (point.false_positives <= false_positive_rate * points.back().false_positives)
      found = point.true_positives;  // both rise together
  }
  return found / points.back().true_positives;
}

std::optional<double> average_precision(const Scored& data) {
  check_scored(data);
  const std::vector<Operating> points = operating_points(data);
  if (points.empty() || points.back().true_positives == 0) return std::nullopt;
  double sum = 0, before = 0;
  for (const Operating& point : points) {
    sum += (point.true_positives - before) * point.true_positives /
           (point.true_positives + point.false_positives);
    before = point.true_positives;
  }
  return sum / points.back().true_positives;
}

double f1_score(const Scored& data, double threshold) {
  const Counts counts = counts_at(data, threshold);
  return counts.found + counts.there == 0 ? 0 : 2 * counts.right / (counts.found + counts.there);
}

std::optional<double> precision_at(const Scored& data, double threshold) {
  const Counts counts = counts_at(data, threshold);
  if (counts.found == 0) return std::nullopt;
  return counts.right / counts.found;
}

std::optional<double> recall_at(const Scored& data, double threshold) {
  const Counts counts = counts_at(data, threshold);
  if (counts.there == 0) return std::nullopt;
  return counts.right / counts.there;
}

std::optional<double> brier_score(const Scored& data) {
  check_scored(data);
  check_probabilities(data);
  if (data.scores.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < data.scores.size(); ++i)
    sum += (data.scores[i] - data.labels[i]) * (data.scores[i] - data.labels[i]);
  return sum / static_cast<double>(data.scores.size());
}

std::optional<double> expected_calibration_error(const Scored& data, int bins) {
  const std::vector<Bin> all = bins_of(data, bins);
  if (data.scores.empty()) return std::nullopt;
  double sum = 0;
  for (const Bin& each : all) sum += std::abs(each.probabilities - each.positives);
  return sum / static_cast<double>(data.scores.size());
}

std::vector<std::pair<double, double>> reliability(const Scored& data, int bins) {
  std::vector<std::pair<double, double>> points;
  for (const Bin& each : bins_of(data, bins))
    if (each.count > 0)
      points.emplace_back(each.probabilities / each.count, each.positives / each.count);
  return points;
}

std::vector<std::pair<double, double>> roc_curve(const Scored& data, int steps) {
  check_scored(data);
  if (steps < 1) fail(Status::invalid_argument, "steps is {}; 1 or more was expected", steps);
  const std::vector<Operating> points = operating_points(data);
  if (points.empty() || points.back().true_positives == 0 || points.back().false_positives == 0)
    return {};
  std::vector<std::pair<double, double>> curve{{0, 0}};
  for (const Operating& point : points) {
    const double x = point.false_positives / points.back().false_positives,
                 y = point.true_positives / points.back().true_positives;
    if (x == 1 || std::max(x - curve.back().first, y - curve.back().second) * steps >= 1)
      curve.emplace_back(x, y);
  }
  return curve;
}

std::optional<double> youden_threshold(const Scored& data) {
  check_scored(data);
  return best_threshold(data, [](const Operating& at, const Operating& all) {
    return at.true_positives / all.true_positives - at.false_positives / all.false_positives;
  });
}

std::optional<double> best_f1_threshold(const Scored& data) {
  check_scored(data);
  return best_threshold(data, [](const Operating& at, const Operating& all) {
    return 2 * at.true_positives / (at.true_positives + at.false_positives + all.true_positives);
  });
}

std::optional<AurocEstimate> delong(const Scored& data) {
  check_scored(data);
  return estimate(components(data));
}

std::optional<AurocEstimate> delong_difference(std::span<const double> first,
                                               const Scored& second) {
  const Scored own{first, second.labels};
  check_scored(own);
  check_scored(second);
  Components difference = components(own);
  const Components other = components(second);
  for (std::size_t i = 0; i < other.positives.size(); ++i)
    difference.positives[i] -= other.positives[i];
  for (std::size_t i = 0; i < other.negatives.size(); ++i)
    difference.negatives[i] -= other.negatives[i];
  return estimate(difference);
}

}  // namespace raygen::engine
