#pragma once

#include "compute/compute.hpp"

namespace raygen::engine {

/// The fastest of a few large matrix products, in GFLOP/s: the best that this device, this
/// precision and this many threads can do (−1: the host's number). Takes about a second.
double measure_matmul_peak(const Compute& compute, int threads);

}  // namespace raygen::engine
