#pragma once

#include "dataset/dataset.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// The dataset's images at these indices as float [n,C,R,R], −1..1, on the device; grey repeated
/// over the channels.
at::Tensor image_batch(const Dataset& dataset, const std::vector<std::size_t>& indices,
                       std::int64_t channels, at::Device device);

/// −1..1 → 0..1, clamped.
at::Tensor to_unit_range(const at::Tensor& images);

/// The first `most` of a split. Throws Error(invalid_argument) naming dataset and split when it is
/// empty.
std::vector<std::size_t> first_of(const Dataset& dataset, const std::string& split,
                                  std::int64_t most);

}  // namespace raygen::engine
