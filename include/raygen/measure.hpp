#pragma once

#include "error.hpp"
#include "model.hpp"

namespace raygen {

/// The device's matrix-product peak in GFLOP/s at options.precision and options.threads, measured
/// now (about a second).
inline double measure_matmul(const ModelOptions& options = {}) {
  const detail::RawModelOptions raw(options);
  double gflops = 0;
  detail::check(
      [&](raygen_error* error) { return raygen_measure_matmul(raw.get(), &gflops, error); });
  return gflops;
}

}  // namespace raygen
