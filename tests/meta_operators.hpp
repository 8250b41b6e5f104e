#pragma once
// The shapes of what some operators make of tensors without memory: LibTorch's Python has them, its
// C++ has not.

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <c10/core/WrapDimMinimal.h>
#include <torch/library.h>

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

namespace raygen::engine {

inline at::Tensor meta_convolution(const at::Tensor& x, const at::Tensor& weight,
                                   const std::optional<at::Tensor>&, c10::SymIntArrayRef stride,
                                   c10::SymIntArrayRef padding, c10::SymIntArrayRef, bool,
                                   c10::SymIntArrayRef, c10::SymInt) {
  const auto size = [&](std::int64_t dim) {
    const auto at = static_cast<std::size_t>(dim - 2);
    return (x.size(dim) + 2 * padding[at].expect_int() - weight.size(dim)) /
               stride[at].expect_int() +
           1;
  };
  return at::empty({x.size(0), weight.size(0), size(2), size(3)}, x.options(),
                   x.suggest_memory_format());
}

inline at::Tensor meta_index_select(const at::Tensor& x, std::int64_t dim,
                                    const at::Tensor& index) {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes[static_cast<std::size_t>(c10::maybe_wrap_dim(dim, x.dim()))] = index.numel();
  return at::empty(sizes, x.options());
}

inline std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_group_norm(
    const at::Tensor& x, const std::optional<at::Tensor>&, const std::optional<at::Tensor>&,
    c10::SymInt images, c10::SymInt, c10::SymInt, std::int64_t groups, double) {
  const at::Tensor moment = at::empty({images.expect_int(), groups}, x.options());
  return {at::empty_like(x), moment, moment};
}

inline std::tuple<at::Tensor, at::Tensor, at::Tensor> meta_layer_norm(
    const at::Tensor& x, c10::SymIntArrayRef, const std::optional<at::Tensor>&,
    const std::optional<at::Tensor>&, double) {
  const at::Tensor moment = at::empty({x.numel() / x.size(-1), 1}, x.options());
  return {at::empty_like(x), moment, moment};
}

inline at::Tensor& meta_where_out(const at::Tensor& condition, const at::Tensor& a,
                                  const at::Tensor& b, at::Tensor& out) {
  out.resize_(at::infer_size(at::infer_size(condition.sizes(), a.sizes()), b.sizes()));
  return out;
}

inline at::Tensor meta_where(const at::Tensor& condition, const at::Tensor& a,
                             const at::Tensor& b) {
  at::Tensor out = at::empty({0}, a.dim() > 0 ? a.options() : b.options());
  return meta_where_out(condition, a, b, out);
}

}  // namespace raygen::engine

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  library.impl("convolution_overrideable", TORCH_FN(raygen::engine::meta_convolution));
  library.impl("native_group_norm", TORCH_FN(raygen::engine::meta_group_norm));
  library.impl("native_layer_norm", TORCH_FN(raygen::engine::meta_layer_norm));
  library.impl("where.self", TORCH_FN(raygen::engine::meta_where));
  library.impl("where.self_out", TORCH_FN(raygen::engine::meta_where_out));
  library.impl("index_select", TORCH_FN(raygen::engine::meta_index_select));
}
