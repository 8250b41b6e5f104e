#pragma once
// Mixed precision: products in bfloat16, weights, sums and norms in float32.

#include "training/config.hpp"

#include <ATen/autocast_mode.h>

#include <optional>

namespace raygen::engine {

/// The type that a stage's products are computed in; none: float32.
std::optional<at::ScalarType> mixed_type(const LoopConfig& loop, at::Device device);

/// While it lives, this thread's products are computed in `type`; none: as they are.
class MixedPrecision {
 public:
  MixedPrecision(at::DeviceType device, std::optional<at::ScalarType> type)
      : device_(device),
        was_enabled_(at::autocast::is_autocast_enabled(device)),
        was_type_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::increment_nesting();
    at::autocast::set_autocast_enabled(device, type.has_value());
    if (type) at::autocast::set_autocast_dtype(device, *type);
  }
  ~MixedPrecision() {
    at::autocast::set_autocast_enabled(device_, was_enabled_);
    at::autocast::set_autocast_dtype(device_, was_type_);
    if (at::autocast::decrement_nesting() == 0)
      at::autocast::clear_cache();  // copies of weights that an update is about to change
  }
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

  static std::optional<at::ScalarType> current(at::DeviceType device) {
    if (!at::autocast::is_autocast_enabled(device)) return std::nullopt;
    return at::autocast::get_autocast_dtype(device);
  }

 private:
  at::DeviceType device_;
  bool was_enabled_;
  at::ScalarType was_type_;
};

}  // namespace raygen::engine
