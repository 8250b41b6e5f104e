// 1 − t^p: MaskGIT (Chang et al., CVPR 2022), section 3.3 and its code ("uniform", "powK").

#include "sampling/mask_ratio.hpp"

#include <cmath>

namespace raygen::engine {

namespace {

class PowerSchedule final : public MaskRatioSchedule {
 public:
  PowerSchedule(const SamplingOptions& options, double power)
      : MaskRatioSchedule(options), power_(power) {}

 private:
  double masked_at(double t, std::int64_t tokens) const override {
    return (1 - std::pow(t, power_)) * static_cast<double>(tokens);
  }

  double power_;
};

}  // namespace

std::unique_ptr<Schedule> make_linear_schedule(const SamplingOptions& options) {
  return std::make_unique<PowerSchedule>(options, 1);
}
std::unique_ptr<Schedule> make_square_schedule(const SamplingOptions& options) {
  return std::make_unique<PowerSchedule>(options, 2);
}
std::unique_ptr<Schedule> make_root_schedule(const SamplingOptions& options) {
  return std::make_unique<PowerSchedule>(options, 0.5);
}

}  // namespace raygen::engine
