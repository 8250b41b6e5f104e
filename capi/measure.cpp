#include "compute/matmul_peak.hpp"
#include "door.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_measure_matmul(const raygen_model_options* options, double* gflops,
                                    raygen_error* error) {
  return guard(error, [&] {
    double& out = required(gflops, "gflops");
    const raygen::engine::ModelOptions chosen = model_options_of(options);
    const raygen::engine::Compute compute =
        raygen::engine::resolve_compute(chosen.device, chosen.device_index, chosen.precision);
    out = raygen::engine::measure_matmul_peak(compute, chosen.threads);
  });
}

}  // extern "C"
