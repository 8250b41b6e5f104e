#include "compute/compute.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

#if defined(__x86_64__)
bool cpu_has_avx512() { return __builtin_cpu_supports("avx512f") != 0; }
bool cpu_multiplies_bfloat16() { return __builtin_cpu_supports("avx512bf16") != 0; }  // every CPU with AMX has it too
#else
bool cpu_has_avx512() { return false; }
bool cpu_multiplies_bfloat16() { return false; }
#endif

}  // namespace

Compute resolve_compute(DeviceChoice device, int device_index, PrecisionChoice precision) {
  Compute compute;
  const bool has_cuda = at::hasCUDA() && at::getNumGPUs() > 0;
  if (device == DeviceChoice::cuda || (device == DeviceChoice::automatic && has_cuda)) {
    if (!has_cuda) {
      fail(Status::device, "device cuda was asked for, but {}",
           at::hasCUDA() ? "this machine has no CUDA device" : "this LibTorch was built without CUDA");
    }
    const int count = static_cast<int>(at::getNumGPUs());
    if (device_index < 0 || device_index >= count)
      fail(Status::device, "CUDA device {} was asked for; devices 0 to {} are present", device_index, count - 1);
    compute.device = at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device_index));
  }
  const bool on_cpu = compute.device.is_cpu();
  const bool fast = on_cpu ? cpu_multiplies_bfloat16() : true;
  if (precision == PrecisionChoice::bfloat16 && on_cpu && !cpu_has_avx512()) {
    fail(Status::unsupported, "bfloat16 was asked for, but this CPU has no AVX-512; use float32 or auto");
  }
  if (precision == PrecisionChoice::bfloat16 || (precision == PrecisionChoice::automatic && fast)) compute.type = at::kBFloat16;
  return compute;
}

at::Tensor WeightSource::load(const std::string& name, at::ScalarType type) const {
  const at::Tensor stored = file_->tensor(name);
  const bool all_finite = std::isfinite(stored.sum(at::kDouble).item<double>()) || at::isfinite(stored).all().item<bool>();
  if (!all_finite) fail(Status::numeric, "{}: tensor {} holds NaN or infinity", file_->path().string(), name);
  at::Tensor copy = stored.to(compute_.device, type, /*non_blocking=*/false, /*copy=*/true);
  file_->release(name);
  return copy;
}

}  // namespace raygen::engine
