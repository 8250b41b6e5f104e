#pragma once
// BERT as a function of its parameters, for gradients, with the head that masked language modelling
// needs.

#include "text/architecture.hpp"
#include "training/parameters.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

class BertNetwork {
 public:
  /// Keeps references.
  BertNetwork(const TextArchitecture& architecture, const Parameters& parameters,
              bool checkpointing)
      : architecture_(architecture), parameters_(parameters), checkpointing_(checkpointing) {}

  /// input_ids, attention_mask: int64 [B,L] → the last hidden state [B,L,D].
  at::Tensor hidden(const at::Tensor& input_ids, const at::Tensor& attention_mask) const;
  /// hidden [n,D] → logits over the vocabulary [n,V]; the embedding's table serves as output
  /// matrix.
  at::Tensor masked_language_head(const at::Tensor& hidden) const;

 private:
  at::Tensor linear(const std::string& name, const at::Tensor& x) const;
  at::Tensor norm(const std::string& name, const at::Tensor& x) const;
  at::Tensor layer(const std::string& name, const at::Tensor& x, const at::Tensor& visible) const;

  const TextArchitecture& architecture_;
  const Parameters& parameters_;
  bool checkpointing_;
};

/// The weights of masked_language_head, which a bundle does not keep.
std::vector<TensorSpec> masked_language_head_specs(const TextArchitecture& architecture);

/// BERT's own: normal of deviation 0.02, zero biases.
TensorMap initial_bert_weights(const TextArchitecture& architecture, at::Generator& generator);

}  // namespace raygen::engine
