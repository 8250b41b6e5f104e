#pragma once

#include "compute/compute.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// A 3×3 convolution (stride 1, padding 1) on a CPU by Winograd's algorithm (Lavin and Gray 2016),
/// which trades products for sums. The result differs from the definition's by rounding alone.
///   float32:  F(4×4,3×3), 36 products for 16 values of a channel where the definition takes 144;
///   four times the definition's own error. bfloat16: F(2×2,3×3), 16 products for 4 values where
///   the definition takes 36, sums in float32; twice the definition's own error
///             (F(4×4,3×3) would make it five times).
/// Immutable; any number of threads.
class Winograd {
 public:
  /// Whether it is worth it for a weight [K,C,3,3]: where the image is large against it. size:
  /// height and width of the images.
  static bool suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding,
                    std::int64_t size, const Compute& compute);

  /// weight: [K,C,3,3], bias: [K], best in float32 for either type.
  Winograd(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type);

  /// out = convolution(x) + bias, or out += that. x: [1,C,H,W], out: [1,K,H,W], of the type,
  /// channels last. With an out of twice the height and width, each pixel of x counts as 2×2. The
  /// result does not depend on the number of threads.
  void apply(const at::Tensor& x, const at::Tensor& out, bool add) const;
  std::int64_t out_channels() const { return bias_.size(0); }

 private:
  void apply_float32(const at::Tensor& x, const at::Tensor& out, bool add) const;
  void apply_bfloat16(const at::Tensor& x, const at::Tensor& out, bool add) const;

  at::ScalarType type_;
  at::Tensor weight_;  // float32: [9,C,K], transformed at each call: it grows by four; bfloat16:
                       // transformed, as apply_bfloat16 reads it
  at::Tensor bias_;    // [K], float32
};

}  // namespace raygen::engine
