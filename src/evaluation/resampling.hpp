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

/// Resamples whole groups (patients, studies) with replacement; `groups`: of each row the name of
/// its group. For the difference of two scores of the same rows give a metric of both. Nothing
/// where the metric of all rows or that of every draw is undefined. Throws Error(invalid_argument)
/// without rows, or unless draws is 100 to 100,000.
std::optional<Interval> bootstrap(const std::vector<std::string>& groups, const Metric& metric,
                                  std::int64_t draws, std::uint64_t seed);

}  // namespace raygen::engine
