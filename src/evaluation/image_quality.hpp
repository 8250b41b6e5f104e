#pragma once
// How close a reconstruction is: PSNR, and in float32 what the log of a training shows of it. SSIM
// of an evaluation is in structural_similarity.hpp.

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// x, y [B,C,R,R], 0..1 → peak signal-to-noise ratio of each image in dB, [B]; 100 for equal
/// images.
at::Tensor psnr(const at::Tensor& x, const at::Tensor& y);
/// Structural similarity of each image (Wang et al. 2004: Gaussian window of 11 pixels, sigma 1.5,
/// K1 0.01, K2 0.03), [B].
at::Tensor ssim(const at::Tensor& x, const at::Tensor& y);

/// 10 log10(data_range² / mean squared error) of each pair in dB, float64 [B]; infinity for equal
/// images. x, y [B,C,H,W] of any real type and size. Throws Error(invalid_argument) if the shapes
/// differ or data_range is not above 0.
at::Tensor psnr(const at::Tensor& x, const at::Tensor& y, double data_range);

/// PSNR in dB of all pairs together, from those of each pair, [N], of images of one size: squared
/// errors are averaged before the logarithm, as torchmetrics does. Less than the mean of the
/// pairs'.
double pooled_psnr(const at::Tensor& pairs);

}  // namespace raygen::engine
