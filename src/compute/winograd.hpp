#pragma once

#include "compute/compute.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// A 3×3 convolution (stride 1, padding 1) by Winograd's F(4×4,3×3) (Lavin and Gray 2016): 16 values of a channel for 36 products where the
/// definition takes 144. float32 on a CPU; differs from the definition by rounding alone, about four times as much as the definition's own.
/// Immutable; any number of threads.
class Winograd {
 public:
  /// Whether it is worth it: where the image is large against the weights, which are transformed at each call (four times as large, they
  /// would be too much to keep). size: height and width of the images.
  static bool suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding, std::int64_t size, const Compute& compute);

  /// weight: [K,C,3,3], bias: [K].
  Winograd(const at::Tensor& weight, at::Tensor bias);

  /// out = convolution(x) + bias, or out += that. x: [1,C,H,W], out: [1,K,H,W], channels last. With an out of twice the height and
  /// width, each pixel of x counts as 2×2. The result does not depend on the number of threads.
  void apply(const at::Tensor& x, const at::Tensor& out, bool add) const;
  std::int64_t out_channels() const { return bias_.size(0); }

 private:
  at::Tensor weight_;  // [9,C,K]
  at::Tensor bias_;    // [K]
};

}  // namespace raygen::engine
