#pragma once
// The masked decoder's feed-forward: x + W₂ norm(GELU(a)·b), where [a, b] = W₁ norm(x).

#include "compute/compute.hpp"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

namespace raygen::engine {

constexpr double layer_norm_epsilon = 1e-5;  // PyTorch's default, as the original has it

class FeedForward {
 public:
  virtual ~FeedForward() = default;
  /// x += the feed-forward of x, which is contiguous.
  virtual void add_to(const at::Tensor& x) const = 0;
};

/// `name`: "transformer.dec_layers.0.ffn".
std::unique_ptr<FeedForward> load_feed_forward(const WeightSource& weights,
                                               const std::string& name);

}  // namespace raygen::engine
