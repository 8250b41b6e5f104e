// The arccos schedule: Halton-MaskGIT (Besnier et al., ICLR 2025) and its code.

#include "sampling/mask_ratio.hpp"

#include <cmath>

namespace raygen::engine {

namespace {

class ArccosSchedule final : public MaskRatioSchedule {
 public:
  using MaskRatioSchedule::MaskRatioSchedule;

 private:
  /// Its code rounds the number of kept tokens down, not that of masked ones.
  double masked_at(double t, std::int64_t tokens) const override {
    const double kept = (1 - std::acos(t) / (M_PI / 2)) * static_cast<double>(tokens);
    return static_cast<double>(tokens - static_cast<std::int64_t>(kept));
  }
};

}  // namespace

std::unique_ptr<Schedule> make_arccos_schedule(const SamplingOptions& options) {
  return std::make_unique<ArccosSchedule>(options);
}

}  // namespace raygen::engine
