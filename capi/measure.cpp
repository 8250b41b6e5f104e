#include "door.hpp"
#include "compute/matmul_peak.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_measure_matmul(const raygen_model_options* options, double* gflops, raygen_error* error) {
  return guard(error, [&] {
    double& out = required(gflops, "gflops");
    out = raygen::engine::measure_matmul_peak(model_options_of(options));
  });
}

}  // extern "C"
