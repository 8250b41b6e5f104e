// Schedules that depend on the number of tokens: "log" and "exp" of MaskGIT's code.

#include "sampling/mask_ratio.hpp"

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

double bits_of(std::int64_t tokens) { return std::log2(static_cast<double>(tokens)); }

class LogSchedule final : public MaskRatioSchedule {
 public:
  using MaskRatioSchedule::MaskRatioSchedule;

 private:
  /// −log2(t) / log2(N): all are masked up to t = 1/N.
  double masked_at(double t, std::int64_t tokens) const override {
    if (t * static_cast<double>(tokens) <= 1) return static_cast<double>(tokens);
    return -std::log2(t) / bits_of(tokens) * static_cast<double>(tokens);
  }
};

class ExponentialSchedule final : public MaskRatioSchedule {
 public:
  using MaskRatioSchedule::MaskRatioSchedule;

 private:
  /// 1 − 2^(−log2(N) (1 − t)), which starts at 1 − 1/N.
  double masked_at(double t, std::int64_t tokens) const override {
    if (t == 0) return static_cast<double>(tokens);
    return (1 - std::exp2(-bits_of(tokens) * (1 - t))) * static_cast<double>(tokens);
  }
};

}  // namespace

std::unique_ptr<Schedule> make_log_schedule(const SamplingOptions& options) {
  return std::make_unique<LogSchedule>(options);
}
std::unique_ptr<Schedule> make_exponential_schedule(const SamplingOptions& options) {
  return std::make_unique<ExponentialSchedule>(options);
}

}  // namespace raygen::engine
