#pragma once

#include "compute/compute.hpp"
#include "storage/safetensors.hpp"
#include "text/architecture.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace raygen::engine {

/// BERT or T5. Immutable after construction; any number of threads.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  /// input_ids, attention_mask: int64 [B,L] on the CPU. Returns the last hidden state [B,L,D] in
  /// float32 on the compute's device.
  virtual at::Tensor encode(const at::Tensor& input_ids,
                            const at::Tensor& attention_mask) const = 0;
  /// CXR-BERT's contrastive projection of the first position, L2-normalised: [B,P] float32.
  /// Undefined tensor when the model has none.
  virtual at::Tensor project(const at::Tensor& last_hidden_state) const = 0;
};

std::unique_ptr<TextEncoder> make_text_encoder(const TextArchitecture& architecture,
                                               const WeightSource& weights, const Compute& compute);

/// The original's normalisation: every channel divided by its L2 norm over the L positions, pads
/// included (eps 1e-12). [B,L,D] → [B,L,D].
at::Tensor normalize_over_positions(const at::Tensor& last_hidden_state);

}  // namespace raygen::engine
