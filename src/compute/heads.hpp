#pragma once
// A row of E numbers as H heads of d, and back.

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// [B,L,H·d] → [B,H,L,d], a view.
inline at::Tensor split_heads(const at::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, -1}).transpose(1, 2);
}

/// [B,H,L,d] → [B,L,H·d].
inline at::Tensor merge_heads(const at::Tensor& x) { return x.transpose(1, 2).flatten(2); }

}  // namespace raygen::engine
