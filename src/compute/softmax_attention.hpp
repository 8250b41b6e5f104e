#pragma once

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// softmax(q kᵀ / √d) v: q [B,H,n,d], k and v [B,H,S,d] → [B,n,H·d].
at::Tensor softmax_attention(const at::Tensor& queries, const at::Tensor& keys,
                             const at::Tensor& values);

}  // namespace raygen::engine
