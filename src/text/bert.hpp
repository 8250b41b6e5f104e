#pragma once

#include "compute/linear.hpp"
#include "text/transformer.hpp"

#include <vector>

namespace raygen::engine {

/// BERT (Devlin et al. 2019), with CXR-BERT's contrastive projection (Boecking et al. 2022) where
/// the model has one.
class Bert final : public TransformerTextEncoder {
 public:
  Bert(const TextArchitecture& architecture, const WeightSource& weights, const Compute& compute);
  at::Tensor project(const at::Tensor& last_hidden_state) const override;

 protected:
  at::Tensor forward(const at::Tensor& ids, const VisibleKeys& keys) const override;
  std::int64_t max_length() const override { return architecture_.positions; }

 private:
  struct Layer {
    Linear query, key_value, attention_output, intermediate, output;
    LayerNorm attention_norm, output_norm;
  };
  enum class Activation { gelu, gelu_new, relu };
  static Activation activation(const std::string& name);
  Layer load_layer(const WeightSource& weights, std::int64_t index) const;
  at::Tensor run_layer(const Layer& layer, at::Tensor x, const VisibleKeys& keys) const;

  Activation activation_;
  at::Tensor words_;      // [vocabulary,D]
  at::Tensor positions_;  // [positions,D], the embedding of token type 0 added
  LayerNorm embedding_norm_;
  std::vector<Layer> layers_;
  Linear projection_hidden_, projection_output_;
  LayerNorm projection_norm_;
};

}  // namespace raygen::engine
