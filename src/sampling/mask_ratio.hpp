#pragma once
// Schedules that are a share of masked tokens over time.

#include "sampling/policies.hpp"

#include <cstdint>

namespace raygen::engine {

/// The grids of time that the option time_grid names.
///   raygen:  t = i / (K − 1) at step i; max(int(γ(t) N), 1) are masked. The last step draws a
///            single token again, as RayGen's code does.
///   maskgit: t = i / K; all are masked before step 0, then max(min(before − 1, int(γ(t) N)), 1),
///            so that every step keeps at least one more (MaskGIT's code, whose ratio is
///            (i + 1) / K after step i).
class MaskRatioSchedule : public Schedule {
 public:
  explicit MaskRatioSchedule(const SamplingOptions& options)
      : maskgit_grid_(options.time_grid == "maskgit") {}

  std::int64_t masked(std::int64_t step, std::int64_t steps, std::int64_t tokens) const final;

 protected:
  /// γ(t) N, falling from N at t = 0. N: the tokens that are drawn.
  virtual double masked_at(double t, std::int64_t tokens) const = 0;
  /// The same on RayGen's grid, where an original may have roundings of its own.
  virtual double masked_at_step(std::int64_t step, std::int64_t steps, std::int64_t tokens) const;

 private:
  bool maskgit_grid_;
};

}  // namespace raygen::engine
