#include "training/precision.hpp"

#include "compute/compute.hpp"

namespace raygen::engine {

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

}  // namespace raygen::engine
