#include "text/bert.hpp"

#include "compute/heads.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace raygen::engine {

namespace {

constexpr double projection_norm_epsilon = 1e-12;

/// Several linear layers of one input as one.
Linear fuse(const WeightSource& weights, const std::vector<std::string>& names) {
  std::vector<at::Tensor> matrices, biases;
  for (const std::string& name : names) {
    matrices.push_back(weights.borrow(name + ".weight"));
    biases.push_back(weights.load(name + ".bias"));
  }
  Linear fused(at::cat(matrices), at::cat(biases), weights.compute());
  for (const std::string& name : names) weights.release(name + ".weight");
  return fused;
}

}  // namespace

Bert::Activation Bert::activation(const std::string& name) {
  if (name == "gelu") return Activation::gelu;
  if (name == "gelu_new") return Activation::gelu_new;
  if (name == "relu") return Activation::relu;
  fail(Status::unsupported, "BERT with activation '{}'; gelu, gelu_new and relu are known", name);
}

Bert::Bert(const TextArchitecture& architecture, const WeightSource& weights,
           const Compute& compute)
    : TransformerTextEncoder(architecture, compute),
      activation_(activation(architecture.activation)) {
  const at::NoGradGuard no_grad;
  words_ = weights.load("bert.embeddings.word_embeddings.weight");
  const at::Tensor type =
      weights.load("bert.embeddings.token_type_embeddings.weight", at::kFloat).select(0, 0);
  positions_ = (weights.load("bert.embeddings.position_embeddings.weight", at::kFloat) + type)
                   .to(compute.type);
  embedding_norm_ =
      LayerNorm::load(weights, "bert.embeddings.LayerNorm", architecture.layer_norm_epsilon);
  for (std::int64_t i = 0; i < architecture.layers; ++i) layers_.push_back(load_layer(weights, i));
  if (architecture.projection > 0) {
    projection_hidden_ = Linear::load(weights, "cls_projection_head.dense_to_hidden");
    projection_norm_ =
        LayerNorm::load(weights, "cls_projection_head.LayerNorm", projection_norm_epsilon);
    projection_output_ = Linear::load(weights, "cls_projection_head.dense_to_output");
  }
}

Bert::Layer Bert::load_layer(const WeightSource& weights, std::int64_t index) const {
  const std::string name = formatted("bert.encoder.layer.{}.", index);
  Layer layer;
  layer.query = Linear::load(weights, name + "attention.self.query");
  layer.key_value = fuse(weights, {name + "attention.self.key", name + "attention.self.value"});
  layer.attention_output = Linear::load(weights, name + "attention.output.dense");
  layer.attention_norm = LayerNorm::load(weights, name + "attention.output.LayerNorm",
                                         architecture_.layer_norm_epsilon);
  layer.intermediate = Linear::load(weights, name + "intermediate.dense");
  layer.output = Linear::load(weights, name + "output.dense");
  layer.output_norm =
      LayerNorm::load(weights, name + "output.LayerNorm", architecture_.layer_norm_epsilon);
  return layer;
}

at::Tensor Bert::forward(const at::Tensor& ids, const VisibleKeys& keys) const {
  at::Tensor x = embedding_norm_(at::embedding(words_, ids) + positions_.narrow(0, 0, ids.size(1)));
  for (const Layer& layer : layers_) x = run_layer(layer, x, keys);
  return x;
}

at::Tensor Bert::run_layer(const Layer& layer, at::Tensor x, const VisibleKeys& keys) const {
  const std::int64_t heads = architecture_.heads;
  const auto key_value = layer.key_value(x.narrow(1, 0, keys.count)).chunk(2, -1);
  const at::Tensor attended = at::scaled_dot_product_attention(
      split_heads(layer.query(x), heads), split_heads(key_value[0], heads),
      split_heads(key_value[1], heads),
      keys.mask.defined() ? std::optional<at::Tensor>(keys.mask) : std::nullopt);
  x = layer.attention_norm(layer.attention_output(merge_heads(attended)).add_(x));
  at::Tensor inner = layer.intermediate(x);
  switch (activation_) {
    case Activation::gelu:
      at::gelu_(inner);
      break;
    case Activation::gelu_new:
      at::gelu_(inner, "tanh");
      break;
    case Activation::relu:
      inner.relu_();
      break;
  }
  return layer.output_norm(layer.output(inner).add_(x));
}

at::Tensor Bert::project(const at::Tensor& last_hidden_state) const {
  if (architecture_.projection == 0) return {};
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> rows;
  for (const at::Tensor& first :
       last_hidden_state.select(1, 0).to(compute_.type).split(1)) {  // one by one, as encode()
    const at::Tensor hidden = projection_norm_(at::gelu(projection_hidden_(first)));
    const at::Tensor output = projection_output_(hidden).to(at::kFloat);
    rows.push_back(output / output.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12));
  }
  return at::cat(rows);
}

}  // namespace raygen::engine
