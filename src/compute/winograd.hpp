#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// A 3×3 convolution (stride 1, padding 1) by Winograd's F(2×2,3×3) (Lavin and Gray 2016): four values of a channel for 16 products where the
/// definition takes 36. float32 on a CPU; differs from the definition by rounding alone. Immutable; any number of threads.
class Winograd {
 public:
  /// Whether it is worth it: it pays where the image is large against the 16/9 times larger weights. size: height and width of the images.
  static bool suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding, std::int64_t size);

  /// weight: [K,C,3,3].
  explicit Winograd(const at::Tensor& weight);

  /// out = convolution(x) + bias, or out += that. x: [1,C,H,W], out: [1,K,H,W], channels last; bias: [K]. The result does not depend on the
  /// number of threads.
  void apply(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& out, bool add) const;

 private:
  at::Tensor weight_;  // [16,C,K]
};

}  // namespace raygen::engine
