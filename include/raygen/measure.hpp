#pragma once

#include "error.hpp"
#include "model.hpp"

#include <cstdint>

namespace raygen {

/// The fastest of a few large matrix products in GFLOP/s, at the device, the precision and the
/// threads of the options, measured now. Takes about a second. Throws Error(invalid_argument |
/// unsupported | device).
inline double measure_matmul(const ModelOptions& options = {}) {
  double gflops = 0;
  detail::check([&](raygen_error* error) {
    return raygen_device_measure(static_cast<raygen_device>(options.device), options.device_index,
                                 static_cast<raygen_precision>(options.precision), options.threads,
                                 &gflops, error);
  });
  return gflops;
}

}  // namespace raygen
