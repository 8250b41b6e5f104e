#pragma once
// Mixed precision: products in bfloat16, weights, sums and norms in float32.

#include "training/config.hpp"

#include <ATen/core/Tensor.h>

#include <optional>

namespace raygen::engine {

/// The type that a stage's products are computed in; none: float32.
std::optional<at::ScalarType> mixed_type(const LoopConfig& loop, at::Device device);

/// While it lives, this thread's products are computed in `type`; none: as they are. Whether the
/// host is inside an autocast of its own makes no difference.
class MixedPrecision {
 public:
  MixedPrecision(at::DeviceType device, std::optional<at::ScalarType> type);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

  static std::optional<at::ScalarType> current(at::DeviceType device);

 private:
  at::DeviceType device_;
  bool was_enabled_, was_cached_;
  at::ScalarType was_type_;
};

}  // namespace raygen::engine
