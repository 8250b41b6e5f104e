#pragma once
// Pairs of images that are compared pixel by pixel.

#include <ATen/core/Tensor.h>

#include <utility>

namespace raygen::engine {

/// x and y [B,C,H,W], any real type, as float64 on the CPU. Throws Error(invalid_argument) unless
/// both have one shape with at least one image, channel and pixel, and Error(numeric) for NaN or
/// infinity.
std::pair<at::Tensor, at::Tensor> image_pairs(const at::Tensor& x, const at::Tensor& y);

}  // namespace raygen::engine
