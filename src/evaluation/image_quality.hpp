#pragma once
// How close a reconstruction is.

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// x, y [B,C,R,R], 0..1 → peak signal-to-noise ratio of each image in dB, [B]; 100 for equal
/// images.
at::Tensor psnr(const at::Tensor& x, const at::Tensor& y);
/// Structural similarity of each image (Wang et al. 2004: Gaussian window of 11 pixels, sigma 1.5,
/// K1 0.01, K2 0.03), [B].
at::Tensor ssim(const at::Tensor& x, const at::Tensor& y);

}  // namespace raygen::engine
