#include "compute/compute.hpp"

#include "compute/cuda_driver.hpp"
#include "compute/simd_kernels.hpp"
#include "error.hpp"
#include "storage/int8_weight.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <atomic>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace raygen::engine {

namespace {

// What oneDNN asks for before it computes in bfloat16 at all.
bool cpu_knows_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0;
#else
  return false;
#endif
}

int cuda_devices() {
  return at::hasCUDA() ? c10::impl::VirtualGuardImpl(at::kCUDA).deviceCount() : 0;
}

/// Whether the device's compute capability is 8.0 or more: LibTorch asks for just that before cuDNN
/// convolves in bfloat16. An older device works such products out of others, more slowly than
/// float32, and cuDNN refuses.
bool cuda_multiplies_bfloat16(at::Device device) {
  const c10::DeviceGuard guard(device);
  return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

}  // namespace

Compute resolve_compute(DeviceChoice device, int device_index, PrecisionChoice precision) {
  Compute compute;
  if (device == DeviceChoice::meta)
    return {at::kMeta, precision == PrecisionChoice::bfloat16 ? at::kBFloat16 : at::kFloat};
  const int count = device == DeviceChoice::cpu ? 0 : cuda_devices();
  if (device == DeviceChoice::cuda || (device == DeviceChoice::automatic && count > 0)) {
    if (count == 0) fail(Status::device, "device cuda was asked for, but {}", cuda_problem());
    if (device_index < 0 || device_index >= count)
      fail(Status::device, "CUDA device {} was asked for; devices 0 to {} are present",
           device_index, count - 1);
    compute.device = at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device_index));
  }
  const bool on_cpu = compute.device.is_cpu();
  const bool asked = precision != PrecisionChoice::float32;
  const bool fast =
      asked && (on_cpu ? cpu_multiplies_bfloat16() : cuda_multiplies_bfloat16(compute.device));
  if (precision == PrecisionChoice::bfloat16 && on_cpu && !cpu_knows_bfloat16()) {
    fail(Status::unsupported,
         "bfloat16 was asked for, but this CPU has no AVX-512; use float32 or auto");
  }
  if (precision == PrecisionChoice::bfloat16 && !on_cpu && !fast) {
    fail(Status::unsupported,
         "bfloat16 was asked for, but CUDA device {} does not multiply it, as devices of compute "
         "capability 8.0 and newer do; use float32 or auto",
         compute.device.index());
  }
  compute.int8_linears = precision == PrecisionChoice::int8;
  if (compute.int8_linears && !on_cpu) {
    fail(Status::unsupported,
         "int8 was asked for on CUDA device {}; it is for CPUs, use bfloat16, float32 or auto",
         compute.device.index());
  }
  if (precision == PrecisionChoice::bfloat16 || (precision != PrecisionChoice::float32 && fast))
    compute.type = at::kBFloat16;
  return compute;
}

const char* name_of(at::ScalarType type) {
  if (type == at::kFloat) return "float32";
  if (type == at::kBFloat16) return "bfloat16";
  fail(Status::internal, "nothing is computed in {}", c10::toString(type));
}

const char* name_of(const Compute& compute) {
  return compute.int8_linears ? "int8" : name_of(compute.type);
}

bool cpu_multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;  // every CPU with AMX has it too
#else
  return false;
#endif
}

bool cpu_has_bfloat16_tiles() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned amx_bf16 = 1U << 22U;  // Clang 14's __builtin_cpu_supports does not know it
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & amx_bf16) != 0;
#else
  return false;
#endif
}

bool is_finite(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  std::atomic<bool> finite{true};
  at::parallel_for(0, flat.numel(), 1 << 19, [&](std::int64_t begin, std::int64_t end) {
    bool chunk = true;
    switch (flat.scalar_type()) {
      case at::kFloat:
        chunk = all_finite(static_cast<const std::uint32_t*>(flat.const_data_ptr()) + begin,
                           end - begin);
        break;
      case at::kBFloat16:
        chunk = all_finite(static_cast<const std::uint16_t*>(flat.const_data_ptr()) + begin,
                           end - begin, 0x7F80);
        break;
      case at::kHalf:
        chunk = all_finite(static_cast<const std::uint16_t*>(flat.const_data_ptr()) + begin,
                           end - begin, 0x7C00);
        break;
      default:
        chunk = at::isfinite(flat.flatten().slice(0, begin, end)).all().item<bool>();
    }
    if (!chunk) finite = false;
  });
  return finite;
}

void finish(at::Device device) {
  if (!device.is_cpu()) c10::impl::VirtualGuardImpl(device.type()).getStream(device).synchronize();
}

at::Tensor WeightSource::checked(const std::string& name) const {
  const at::Tensor stored = file_->tensor(name);
  if (stored.scalar_type() == at::kChar) return stored_int8_weight(*file_, name);
  if (!is_finite(stored))
    fail(Status::numeric, "{}: tensor {} holds NaN or infinity", file_->path().string(), name);
  return stored;
}

at::Tensor WeightSource::load(const std::string& name, at::ScalarType type) const {
  at::Tensor copy = checked(name).to(compute_.device, type, /*non_blocking=*/false, /*copy=*/true);
  release(name);
  return copy;
}

at::Tensor WeightSource::borrow(const std::string& name, at::ScalarType type) const {
  return checked(name).to(compute_.device, type);
}

}  // namespace raygen::engine
