#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace raygen::engine {

struct Spread {
  double mean = 0;
  double deviation = 0;  ///< with N - 1; 0 of one value
};

/// Of one value or more.
inline Spread spread_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Spread spread;
  for (const double value : values) spread.mean += value / n;
  for (const double value : values)
    spread.deviation += (value - spread.mean) * (value - spread.mean) / std::max(n - 1, 1.0);
  spread.deviation = std::sqrt(spread.deviation);
  return spread;
}

}  // namespace raygen::engine
