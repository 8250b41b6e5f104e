#include "evaluation/auroc_interval.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

std::optional<double> auroc_of(const Scored& data, std::span<const double> others,
                               const std::vector<std::int64_t>& rows) {
  std::vector<double> scores, other_scores;
  std::vector<std::uint8_t> labels;
  for (const std::int64_t row : rows) {
    const auto i = static_cast<std::size_t>(row);
    scores.push_back(data.scores[i]);
    labels.push_back(data.labels[i]);
    if (!others.empty()) other_scores.push_back(others[i]);
  }
  const std::optional<double> value = auroc({scores, labels});
  if (!value || others.empty()) return value;
  return *value - *auroc({other_scores, labels});
}

}  // namespace

bool has_enough(std::span<const std::uint8_t> labels) {
  const std::int64_t with = std::count(labels.begin(), labels.end(), 1);
  return std::min(with, static_cast<std::int64_t>(labels.size()) - with) >= kFewestOfClass;
}

std::optional<Interval> auroc_interval(const Scored& data, std::span<const double> others,
                                       const std::vector<std::string>& groups, std::int64_t draws,
                                       std::uint64_t seed) {
  check_scored(data);
  if (!others.empty()) check_scored({others, data.labels});
  return bootstrap(
      groups, [&](const std::vector<std::int64_t>& rows) { return auroc_of(data, others, rows); },
      draws, seed);
}

}  // namespace raygen::engine
