#pragma once
// The two attention variants of the masked decoder. `normal`: softmax attention with projections
// (PyTorch's multi-head attention). `fast`: Performer's FAVOR+ (Choromanski et al., ICLR 2021),
// without projections of queries, keys and values.

#include "compute/compute.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/condition.hpp"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

namespace raygen::engine {

class Attention {
 public:
  virtual ~Attention() = default;
  /// What attending to `context` [B,S,E] needs, for any number of queries.
  virtual LayerCondition prepare(const at::Tensor& context) const = 0;
  /// queries [B,n,E] → [B,n,E].
  virtual at::Tensor attend(const at::Tensor& queries, const LayerCondition& condition) const = 0;
};

/// `name`: "transformer.dec_layers.0.mha" or "….cross_mha".
std::unique_ptr<Attention> load_attention(const MaskedDecoderArchitecture& architecture,
                                          const WeightSource& weights, const std::string& name);

}  // namespace raygen::engine
