#pragma once
// How far a result is from what was expected, beside the expected values' root mean square.

#include <ATen/ATen.h>

/// The largest difference.
inline double relative_error(const at::Tensor& result, const at::Tensor& expected) {
  return (result.to(at::kDouble) - expected).abs().max().item<double>() /
         expected.square().mean().sqrt().item<double>();
}

/// The root mean square of the differences.
inline double relative_rms_error(const at::Tensor& result, const at::Tensor& expected) {
  return ((result.to(at::kDouble) - expected).square().mean() / expected.square().mean())
      .sqrt()
      .item<double>();
}
