#include "sampling/mask_ratio.hpp"

#include <algorithm>

namespace raygen::engine {

std::int64_t MaskRatioSchedule::masked(std::int64_t step, std::int64_t steps,
                                       std::int64_t tokens) const {
  if (!maskgit_grid_)
    return std::max<std::int64_t>(static_cast<std::int64_t>(masked_at_step(step, steps, tokens)),
                                  1);
  std::int64_t now = tokens;
  for (std::int64_t i = 1; i <= step; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(steps);
    now = std::max<std::int64_t>(std::min(now - 1, static_cast<std::int64_t>(masked_at(t, tokens))),
                                 1);
  }
  return now;
}

double MaskRatioSchedule::masked_at_step(std::int64_t step, std::int64_t steps,
                                         std::int64_t tokens) const {
  const double t = steps == 1 ? 0 : static_cast<double>(step) / static_cast<double>(steps - 1);
  return masked_at(t, tokens);
}

}  // namespace raygen::engine
