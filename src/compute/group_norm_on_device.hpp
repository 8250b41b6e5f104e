#pragma once
// GroupNorm by kernels of our own, group_norm.cu.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace raygen::engine {

extern const std::string_view group_norm_kernel;

/// How group_norm.cu divides maps [images,rows,channels] among blocks.
struct GroupNormShape {
  std::int64_t threads, chunks, blocks;  // chunks of rows for the moments, blocks that apply them
};
GroupNormShape group_norm_shape(std::int64_t rows, std::int64_t channels, std::int64_t pack);

/// out = norm(x), then swish when asked, as GroupNorm::apply() has it. weight and bias: float32.
/// false, and nothing done, where the kernels cannot be used.
bool group_norm_on_device(const at::Tensor& x, const at::Tensor& out, const at::Tensor& weight,
                          const at::Tensor& bias, double epsilon, bool swish);

}  // namespace raygen::engine
