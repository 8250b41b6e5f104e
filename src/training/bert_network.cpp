#include "training/bert_network.hpp"

#include "compute/heads.hpp"
#include "formatted.hpp"
#include "training/recompute.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

constexpr const char* kHead = "cls.predictions.";

}  // namespace

at::Tensor BertNetwork::linear(const std::string& name, const at::Tensor& x) const {
  return at::linear(x, parameters_[name + ".weight"], parameters_[name + ".bias"]);
}

at::Tensor BertNetwork::norm(const std::string& name, const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, parameters_[name + ".weight"], parameters_[name + ".bias"],
                        architecture_.layer_norm_epsilon);
}

at::Tensor BertNetwork::layer(const std::string& name, const at::Tensor& x,
                              const at::Tensor& visible) const {
  const auto heads = [&](const char* part) {
    return split_heads(linear(name + "attention.self." + part, x), architecture_.heads);
  };
  const at::Tensor attended =
      at::scaled_dot_product_attention(heads("query"), heads("key"), heads("value"), visible);
  const at::Tensor y = norm(name + "attention.output.LayerNorm",
                            linear(name + "attention.output.dense", merge_heads(attended)) + x);
  return norm(name + "output.LayerNorm",
              linear(name + "output.dense", at::gelu(linear(name + "intermediate.dense", y))) + y);
}

at::Tensor BertNetwork::hidden(const at::Tensor& input_ids,
                               const at::Tensor& attention_mask) const {
  const std::string embeddings = "bert.embeddings.";
  at::Tensor x =
      at::embedding(parameters_[embeddings + "word_embeddings.weight"], input_ids) +
      parameters_[embeddings + "position_embeddings.weight"].narrow(0, 0, input_ids.size(1)) +
      parameters_[embeddings + "token_type_embeddings.weight"].select(0, 0);
  x = norm(embeddings + "LayerNorm", x);
  const at::Tensor visible =
      attention_mask.to(at::kBool).view({attention_mask.size(0), 1, 1, attention_mask.size(1)});
  for (std::int64_t i = 0; i < architecture_.layers; ++i) {
    const std::string name = formatted("bert.encoder.layer.{}.", i);
    x = checkpointed(checkpointing_, x, [self = *this, name, visible](const at::Tensor& each) {
      return self.layer(name, each, visible);
    });
  }
  return x;
}

at::Tensor BertNetwork::masked_language_head(const at::Tensor& hidden) const {
  const std::string head = kHead;
  const at::Tensor x =
      norm(head + "transform.LayerNorm", at::gelu(linear(head + "transform.dense", hidden)));
  return at::linear(x, parameters_["bert.embeddings.word_embeddings.weight"],
                    parameters_[head + "bias"]);
}

std::vector<TensorSpec> masked_language_head_specs(const TextArchitecture& architecture) {
  const std::string head = kHead;
  const std::int64_t width = architecture.hidden;
  return {{head + "transform.dense.weight", {width, width}},
          {head + "transform.dense.bias", {width}},
          {head + "transform.LayerNorm.weight", {width}},
          {head + "transform.LayerNorm.bias", {width}},
          {head + "bias", {architecture.vocabulary}}};
}

TensorMap initial_bert_weights(const TextArchitecture& architecture, at::Generator& generator) {
  constexpr double deviation = 0.02;
  std::vector<TensorSpec> specs = architecture.tensor_specs();
  for (TensorSpec& spec : masked_language_head_specs(architecture))
    specs.push_back(std::move(spec));
  TensorMap weights = initial_weights(specs, generator);
  for (auto& [name, tensor] : weights) {
    if (tensor.dim() > 1) tensor.normal_(0, deviation, generator);
    if (name.ends_with("bias")) tensor.zero_();
  }
  return weights;
}

}  // namespace raygen::engine
