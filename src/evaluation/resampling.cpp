#include "evaluation/resampling.hpp"

#include "error.hpp"
#include "noise/noise.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace raygen::engine {

namespace {

constexpr std::uint32_t subset_step = 1, bootstrap_step = 2;  // apart in the noise's key

/// numpy's percentile: linear between the neighbours. values: ascending.
double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1), below = std::floor(place);
  const auto i = static_cast<std::size_t>(below);
  const double next = values[std::min(i + 1, values.size() - 1)];
  return values[i] + (place - below) * (next - values[i]);
}

}  // namespace

std::vector<std::int64_t> subset(std::uint64_t seed, std::uint64_t draw, std::int64_t n,
                                 std::int64_t count) {
  if (n < 0 || n > count)
    fail(Status::invalid_argument, "a subset of {} of {} rows was asked for", n, count);
  const std::vector<std::int32_t> places = random_positions(seed, draw, subset_step, n, count);
  return {places.begin(), places.end()};
}

std::optional<Interval> bootstrap(const std::vector<std::string>& groups, const Metric& metric,
                                  std::int64_t draws, std::uint64_t seed) {
  if (groups.empty()) fail(Status::invalid_argument, "there are no rows; at least 1 was expected");
  if (draws < 100 || draws > 100'000)
    fail(Status::invalid_argument, "draws is {}; 100 to 100000 was expected", draws);
  std::map<std::string, std::vector<std::int64_t>> by_name;
  for (std::size_t i = 0; i < groups.size(); ++i)
    by_name[groups[i]].push_back(static_cast<std::int64_t>(i));
  std::vector<const std::vector<std::int64_t>*> members;
  for (const auto& entry : by_name) members.push_back(&entry.second);

  std::vector<std::int64_t> rows(groups.size());
  std::iota(rows.begin(), rows.end(), 0);
  const std::optional<double> value = metric(rows);
  if (!value) return std::nullopt;
  std::vector<double> found;
  std::vector<float> noise(members.size());
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    uniform_noise(seed, static_cast<std::uint64_t>(draw), bootstrap_step, 0, noise.data(),
                  noise.size());
    rows.clear();
    for (const float u : noise) {
      const auto chosen =
          static_cast<std::size_t>(static_cast<double>(u) * static_cast<double>(members.size()));
      rows.insert(rows.end(), members[chosen]->begin(), members[chosen]->end());
    }
    if (const std::optional<double> sample = metric(rows)) found.push_back(*sample);
  }
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end());
  return Interval{*value, quantile(found, 0.025), quantile(found, 0.975),
                  static_cast<std::int64_t>(found.size())};
}

}  // namespace raygen::engine
