// The cosine schedule: MaskGIT (Chang et al., CVPR 2022), section 3.3.

#include "sampling/mask_ratio.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

namespace {

class CosineSchedule final : public MaskRatioSchedule {
 public:
  using MaskRatioSchedule::MaskRatioSchedule;

 private:
  double masked_at(double t, std::int64_t tokens) const override {
    return std::cos(M_PI / 2 * t) * static_cast<double>(tokens);
  }
  /// In float32, by the tensor operations that the original uses: at K = 10, for one,
  /// cos(π/3) · 1024 is 511 in float32 and 512 in float64.
  double masked_at_step(std::int64_t step, std::int64_t steps, std::int64_t tokens) const override {
    const at::Tensor t = at::linspace(0, 1, steps, at::kFloat)[step];
    return (at::cos(t * M_PI * 0.5) * tokens).item<float>();
  }
};

}  // namespace

std::unique_ptr<Schedule> make_cosine_schedule(const SamplingOptions& options) {
  return std::make_unique<CosineSchedule>(options);
}

}  // namespace raygen::engine
