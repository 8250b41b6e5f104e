#include "training/precision.hpp"

#include "compute/compute.hpp"

#include <ATen/autocast_mode.h>

namespace raygen::engine {

namespace {

/// How many lie within each other. LibTorch's own count goes on from the host's, and would keep the
/// copies of weights that an update is about to change.
thread_local int depth = 0;

}  // namespace

std::optional<at::ScalarType> mixed_type(const LoopConfig& loop, at::Device device) {
  if (loop.precision == "bfloat16") {
    resolve_compute(device.is_cuda() ? DeviceChoice::cuda : DeviceChoice::cpu,
                    device.is_cuda() ? device.index() : 0, PrecisionChoice::bfloat16);
    return at::kBFloat16;
  }
  if (loop.precision == "auto") {
    const Compute compute =
        resolve_compute(device.is_cuda() ? DeviceChoice::cuda : DeviceChoice::cpu,
                        device.is_cuda() ? device.index() : 0, PrecisionChoice::automatic);
    if (compute.type == at::kBFloat16) return at::kBFloat16;
  }
  return std::nullopt;
}

MixedPrecision::MixedPrecision(at::DeviceType device, std::optional<at::ScalarType> type)
    : device_(device),
      was_enabled_(at::autocast::is_autocast_enabled(device)),
      was_cached_(at::autocast::is_autocast_cache_enabled()),
      was_type_(at::autocast::get_autocast_dtype(device)) {
  at::autocast::increment_nesting();
  ++depth;
  at::autocast::set_autocast_cache_enabled(true);
  at::autocast::set_autocast_enabled(device, type.has_value());
  if (type) at::autocast::set_autocast_dtype(device, *type);
}

MixedPrecision::~MixedPrecision() {
  at::autocast::set_autocast_enabled(device_, was_enabled_);
  at::autocast::set_autocast_dtype(device_, was_type_);
  at::autocast::set_autocast_cache_enabled(was_cached_);
  at::autocast::decrement_nesting();
  if (--depth == 0) at::autocast::clear_cache();  // the host's are made again when it needs them
}

std::optional<at::ScalarType> MixedPrecision::current(at::DeviceType device) {
  if (!at::autocast::is_autocast_enabled(device)) return std::nullopt;
  return at::autocast::get_autocast_dtype(device);
}

}  // namespace raygen::engine
