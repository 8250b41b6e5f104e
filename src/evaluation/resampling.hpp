#pragma once
// Subsets and bootstrap samples: a function of a seed and of the number of the draw, on any
// machine.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// n of the numbers 0..count-1, none twice, ascending.
std::vector<std::int64_t> subset(std::uint64_t seed, std::uint64_t draw, std::int64_t n,
                                 std::int64_t count);

/// Rows in two parts, each ascending, of half of the groups (patients) each. Throws
/// Error(invalid_argument) unless there are two groups or more.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> halves(
    const std::vector<std::string>& groups, std::uint64_t seed, std::uint64_t draw);

/// A metric of the chosen rows; nothing where it is undefined for them.
using Metric = std::function<std::optional<double>(const std::vector<std::int64_t>& rows)>;

struct Interval {
  double value = 0;          ///< of all rows
  double low = 0, high = 0;  ///< the 2.5th and the 97.5th percentile
  std::int64_t draws = 0;    ///< of which the percentiles are; undefined ones are left out
};

/// Draws whole groups with replacement, as many as there are.
class Resampler {
 public:
  /// groups: of each row the name of its group. Throws Error(invalid_argument) without rows.
  Resampler(const std::vector<std::string>& groups, std::uint64_t seed);
  /// Of one draw, those of a group beside each other; valid until the next call.
  const std::vector<std::int64_t>& rows(std::uint64_t draw);

 private:
  std::vector<std::vector<std::int64_t>> members_;
  std::uint64_t seed_;
  std::vector<float> noise_;
  std::vector<std::int64_t> rows_;
};

/// Throws Error(invalid_argument) unless draws is 100 to 100,000.
void check_bootstrap_draws(std::int64_t draws);

/// numpy's percentile: linear between the neighbours. values: ascending, one or more. share: 0..1.
double quantile(const std::vector<double>& values, double share);

/// Resamples whole groups (patients, studies) with replacement; `groups`: of each row the name of
/// its group. For the difference of two scores of the same rows give a metric of both. Nothing
/// where the metric of all rows or that of every draw is undefined. Throws Error(invalid_argument)
/// without rows, or unless draws is 100 to 100,000.
std::optional<Interval> bootstrap(const std::vector<std::string>& groups, const Metric& metric,
                                  std::int64_t draws, std::uint64_t seed);

}  // namespace raygen::engine
