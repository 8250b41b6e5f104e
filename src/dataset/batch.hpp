#pragma once
// Images of a dataset as tensors.

#include "dataset/dataset.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

namespace raygen::engine {

/// The dataset's images at these indices, as it has them: bytes [n,1,R,R], on the CPU.
at::Tensor byte_batch(const Dataset& dataset, const std::vector<std::size_t>& indices);

/// The same as float32 0..1, on the device.
at::Tensor unit_batch(const Dataset& dataset, const std::vector<std::size_t>& indices,
                      at::Device device);

}  // namespace raygen::engine
