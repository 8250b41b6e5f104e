#pragma once

#include "sampling/state.hpp"

namespace raygen::engine {

/// `value` on its way to 0 at the end: value (1 − i/K), i steps of K being done.
inline double annealed(double value, const SamplerState& state) {
  return value * (1 - static_cast<double>(state.step) / static_cast<double>(state.steps));
}

/// Where step i of K lies between the first, 0, and the last, 1. 1 when there is only one.
inline double progress_of(std::int64_t step, std::int64_t steps) {
  return steps == 1 ? 1 : static_cast<double>(step) / static_cast<double>(steps - 1);
}

}  // namespace raygen::engine
