#pragma once
// The masked transformer as a function of its parameters, for gradients. What runs at inference is
// in src/decoder.

#include "masked_decoder/architecture.hpp"
#include "training/parameters.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

class DecoderNetwork {
 public:
  /// Keeps references.
  DecoderNetwork(const MaskedDecoderArchitecture& architecture, const Parameters& parameters,
                 bool checkpointing)
      : architecture_(architecture), parameters_(parameters), checkpointing_(checkpointing) {}

  /// tokens int64 [B,N], V where masked; text [B,L,D] → what the head reads, [B,N,E]; [M,E] of the
  /// M `places` in [B·N], when they are given: cheaper, as the last layer computes no others.
  at::Tensor hidden(const at::Tensor& tokens, const at::Tensor& text,
                    const at::Tensor& places = {}) const;
  /// [...,E] → logits over the codebook [...,V].
  at::Tensor head(const at::Tensor& hidden) const;

 private:
  at::Tensor linear(const std::string& name, const at::Tensor& x) const;
  at::Tensor norm(const std::string& name, const at::Tensor& x) const;
  at::Tensor attention(const std::string& name, const at::Tensor& x, const at::Tensor& context,
                       const at::Tensor& places) const;
  at::Tensor softmax_attention(const std::string& name, const at::Tensor& x,
                               const at::Tensor& context, const at::Tensor& places) const;
  at::Tensor performer_attention(const std::string& name, const at::Tensor& x,
                                 const at::Tensor& context, const at::Tensor& places) const;
  at::Tensor layer(const std::string& name, const at::Tensor& x, const at::Tensor& text,
                   const at::Tensor& places) const;

  const MaskedDecoderArchitecture& architecture_;
  const Parameters& parameters_;
  bool checkpointing_;
};

/// First weights of a masked decoder for texts of `text_length` tokens: PyTorch's defaults, but
/// tables of smaller deviation and a text projector that brings the normalised text, whose channels
/// have norm 1 over the positions, to unit variance.
TensorMap initial_decoder_weights(const MaskedDecoderArchitecture& architecture,
                                  std::int64_t text_length, at::Generator& generator);

}  // namespace raygen::engine
