#pragma once
// Structural similarity of pairs of images, in float64, at one scale and at several.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace raygen::engine {

/// Images are [B,C,H,W] of any real type, in the same order in x and y.
struct SsimOptions {
  double data_range = 0;     ///< of the values: 1 or 255; it has no default, 0 is an error
  std::int64_t window = 11;  ///< pixels of the Gaussian's side, odd
  double sigma = 1.5;        ///< of the Gaussian, in pixels
  double k1 = 0.01, k2 = 0.03;
};

enum class SsimBorders {
  valid,    ///< only where the whole window lies inside, as Wang et al. 2004 and pytorch-msssim
  reflect,  ///< every pixel, the image reflected at its sides, variances no less than 0, as
            ///< torchmetrics
};

/// SSIM of each pair (Wang, Bovik, Sheikh and Simoncelli 2004), the mean over pixels and channels,
/// float64 [B], -1..1. Throws Error(invalid_argument) if the shapes differ, an option makes no
/// sense or a side is too short for the window.
at::Tensor ssim(const at::Tensor& x, const at::Tensor& y, const SsimOptions& options,
                SsimBorders borders = SsimBorders::valid);

/// MS-SSIM as it is computed in this field; values of different variants are not comparable.
enum class MsSsimVariant {
  valid,           ///< `ms_ssim`: valid convolutions and means over all channels at every scale;
                   ///< torchmetrics up to 1.4.1 has the same value; sides of at least 176
  torchmetrics,    ///< `ms_ssim_torchmetrics`: from 1.4.2 on; the image is reflected at its sides,
                   ///< and SSIM of the coarsest scale is the mean of the whole map; at least 176
  pytorch_msssim,  ///< `ms_ssim_pytorch_msssim`: valid convolutions, zeros are put round odd sides
                   ///< before pooling, channels are averaged last; at least 161
};

std::string_view ms_ssim_name(MsSsimVariant variant);
/// Throws Error(invalid_argument), naming the three, for another name.
MsSsimVariant ms_ssim_variant(std::string_view name);

/// MS-SSIM of each pair (Wang, Simoncelli and Bovik 2003: five scales, halved by 2x2 means),
/// float64 [B], 0..1: means below 0 count as 0 at every scale. Throws as ssim(); the message for
/// sides that are too short names the shortest and a window that fits.
at::Tensor ms_ssim(const at::Tensor& x, const at::Tensor& y, const SsimOptions& options,
                   MsSsimVariant variant = MsSsimVariant::valid);

/// The options whose window fits into the coarsest of MS-SSIM's five scales, in every variant: 11
/// pixels for a shorter side of 176 or more, else the most that fit, with sigma in proportion (7
/// and 0.955 at 128 pixels). Throws Error(invalid_argument) for less than 48 pixels.
SsimOptions ms_ssim_options(std::int64_t shorter_side, double data_range);

}  // namespace raygen::engine
