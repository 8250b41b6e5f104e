#include "evaluation/resampling.hpp"

#include "error.hpp"
#include "noise/noise.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace raygen::engine {

namespace {

// Apart in the noise's key.
constexpr std::uint32_t subset_step = 1, bootstrap_step = 2, halves_step = 3;

using Rows = std::vector<std::int64_t>;

std::vector<Rows> rows_of_groups(const std::vector<std::string>& groups) {
  std::map<std::string, Rows> by_name;
  for (std::size_t i = 0; i < groups.size(); ++i)
    by_name[groups[i]].push_back(static_cast<std::int64_t>(i));
  std::vector<Rows> members;
  for (auto& entry : by_name) members.push_back(std::move(entry.second));
  return members;
}

}  // namespace

double quantile(const std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1), below = std::floor(place);
  const auto i = static_cast<std::size_t>(below);
  const double next = values[std::min(i + 1, values.size() - 1)];
  return values[i] + (place - below) * (next - values[i]);
}

void check_bootstrap_draws(std::int64_t draws) {
  if (draws < 100 || draws > 100'000)
    fail(Status::invalid_argument, "draws is {}; 100 to 100000 was expected", draws);
}

Resampler::Resampler(const std::vector<std::string>& groups, std::uint64_t seed)
    : members_(rows_of_groups(groups)), seed_(seed), noise_(members_.size()) {
  if (groups.empty()) fail(Status::invalid_argument, "there are no rows; at least 1 was expected");
}

const std::vector<std::int64_t>& Resampler::rows(std::uint64_t draw) {
  uniform_noise(seed_, draw, bootstrap_step, 0, noise_.data(), noise_.size());
  rows_.clear();
  for (const float u : noise_) {
    const auto chosen =
        static_cast<std::size_t>(static_cast<double>(u) * static_cast<double>(members_.size()));
    rows_.insert(rows_.end(), members_[chosen].begin(), members_[chosen].end());
  }
  return rows_;
}

std::vector<std::int64_t> subset(std::uint64_t seed, std::uint64_t draw, std::int64_t n,
                                 std::int64_t count) {
  if (n < 0 || n > count)
    fail(Status::invalid_argument, "a subset of {} of {} rows was asked for", n, count);
  const std::vector<std::int32_t> places = random_positions(seed, draw, subset_step, n, count);
  return {places.begin(), places.end()};
}

std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> halves(
    const std::vector<std::string>& groups, std::uint64_t seed, std::uint64_t draw) {
  const std::vector<Rows> members = rows_of_groups(groups);
  if (members.size() < 2)
    fail(Status::invalid_argument, "there are {} groups; at least 2 were expected", members.size());
  const auto count = static_cast<std::int64_t>(members.size());
  std::vector<bool> first(members.size());
  for (const std::int32_t place : random_positions(seed, draw, halves_step, count / 2, count))
    first[static_cast<std::size_t>(place)] = true;
  Rows one, other;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Rows& part = first[i] ? one : other;
    part.insert(part.end(), members[i].begin(), members[i].end());
  }
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  return {one, other};
}

std::optional<Interval> bootstrap(const std::vector<std::string>& groups, const Metric& metric,
                                  std::int64_t draws, std::uint64_t seed) {
  Resampler resampler(groups, seed);
  check_bootstrap_draws(draws);
  std::vector<std::int64_t> rows(groups.size());
  std::iota(rows.begin(), rows.end(), 0);
  const std::optional<double> value = metric(rows);
  if (!value) return std::nullopt;
  std::vector<double> found;
  for (std::int64_t draw = 0; draw < draws; ++draw) {
    if (const auto sample = metric(resampler.rows(static_cast<std::uint64_t>(draw))))
      found.push_back(*sample);
  }
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end());
  return Interval{*value, quantile(found, 0.025), quantile(found, 0.975),
                  static_cast<std::int64_t>(found.size())};
}

}  // namespace raygen::engine
