#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// What the cross-attention of one layer needs of the text, computed once a prompt.
struct LayerCondition {
  at::Tensor keys;    // normal: [B,H,L,d]. fast: the sum of the keys' features, [B,H,m]
  at::Tensor values;  // normal: [B,H,L,d]. fast: features' products with the values, [B,H,m,d]
};

struct Condition {
  std::int64_t batch = 0;
  std::vector<LayerCondition> layers;
};

}  // namespace raygen::engine
