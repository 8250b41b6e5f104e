#pragma once

#include "model/model.hpp"

namespace raygen::engine {

/// The fastest of a few large matrix products, in GFLOP/s: what the device, precision and threads of these options can do at best.
/// About a second.
double measure_matmul_peak(const ModelOptions& options);

}  // namespace raygen::engine
