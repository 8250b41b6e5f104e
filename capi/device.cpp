#include "compute/matmul_peak.hpp"
#include "door.hpp"

namespace raygen::capi {

static_assert(static_cast<int>(engine::DeviceChoice::automatic) == RAYGEN_DEVICE_AUTO);
static_assert(static_cast<int>(engine::DeviceChoice::cpu) == RAYGEN_DEVICE_CPU);
static_assert(static_cast<int>(engine::DeviceChoice::cuda) == RAYGEN_DEVICE_CUDA);
static_assert(static_cast<int>(engine::PrecisionChoice::automatic) == RAYGEN_PRECISION_AUTO);
static_assert(static_cast<int>(engine::PrecisionChoice::float32) == RAYGEN_PRECISION_FLOAT32);
static_assert(static_cast<int>(engine::PrecisionChoice::bfloat16) == RAYGEN_PRECISION_BFLOAT16);
static_assert(static_cast<int>(engine::PrecisionChoice::int8) == RAYGEN_PRECISION_INT8);

}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_device_measure(raygen_device device, int32_t device_index,
                                    raygen_precision precision, int32_t threads, double* gflops,
                                    raygen_error* error) {
  return guard(error, [&] {
    double& out = required(gflops, "gflops");
    const int count = threads_of(threads);
    const raygen::engine::Compute compute = raygen::engine::resolve_compute(
        device_of(device), device_index_of(device_index), precision_of(precision));
    out = raygen::engine::measure_matmul_peak(compute, count);
  });
}

}  // extern "C"
