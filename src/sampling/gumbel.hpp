#pragma once

#include <ATen/ATen.h>

namespace raygen::engine {

/// Standard Gumbel noise of uniform noise, in place: −log(−log(u)). Both logarithms are held above
/// `least`.
inline at::Tensor gumbel(const at::Tensor& uniform, double least = 1e-20) {
  return uniform.clamp_min_(least).log_().neg_().clamp_min_(least).log_().neg_();
}

}  // namespace raygen::engine
