// The cosine schedule: MaskGIT (Chang et al., CVPR 2022), section 3.3, on the grid of RayGen's
// code.

#include "sampling/policies.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

/// n = max(int(cos(π/2 · t) · N), 1), t of linspace(0, 1, K). In float32, by the tensor operations
/// that the original uses: at K = 10, for one, cos(π/3) · 1024 is 511 in float32 and 512 in
/// float64.
class CosineSchedule final : public Schedule {
 public:
  std::int64_t masked(std::int64_t step, std::int64_t steps, std::int64_t tokens) const override {
    const at::Tensor t = at::linspace(0, 1, steps, at::kFloat)[step];
    const at::Tensor ratio = at::cos(t * M_PI * 0.5);
    return std::max<std::int64_t>(static_cast<std::int64_t>((ratio * tokens).item<float>()), 1);
  }
};

}  // namespace

std::unique_ptr<Schedule> make_cosine_schedule(const SamplingOptions&) {
  return std::make_unique<CosineSchedule>();
}

}  // namespace raygen::engine
