#include "text/t5.hpp"

#include "compute/heads.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

T5::Activation T5::activation(const std::string& name) {
  if (name == "relu") return Activation::relu;
  if (name == "gated-gelu") return Activation::gated_gelu;
  if (name == "gated-silu") return Activation::gated_silu;
  fail(Status::unsupported, "T5 with activation '{}'; relu, gated-gelu and gated-silu are known",
       name);
}

T5::T5(const TextArchitecture& architecture, const WeightSource& weights, const Compute& compute)
    : TransformerTextEncoder(architecture, compute),
      activation_(activation(architecture.activation)) {
  const at::NoGradGuard no_grad;
  words_ = weights.load("shared.weight");
  relative_bias_ = weights.load(
      "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", at::kFloat);
  for (std::int64_t i = 0; i < architecture.layers; ++i) layers_.push_back(load_layer(weights, i));
  final_norm_ = weights.load("encoder.final_layer_norm.weight");
}

T5::Layer T5::load_layer(const WeightSource& weights, std::int64_t index) const {
  const std::string attention = formatted("encoder.block.{}.layer.0.", index),
                    feed_forward = formatted("encoder.block.{}.layer.1.", index);
  const std::string dense = feed_forward + "DenseReluDense.";
  const auto fuse = [&](const std::string& first, const std::string& second) {
    Linear fused(at::cat({weights.borrow(first + ".weight"), weights.borrow(second + ".weight")}),
                 {}, weights.compute());
    for (const std::string& name : {first, second}) weights.release(name + ".weight");
    return fused;
  };
  Layer layer;
  layer.attention_norm = weights.load(attention + "layer_norm.weight");
  layer.query = Linear::load(weights, attention + "SelfAttention.q");
  layer.key_value = fuse(attention + "SelfAttention.k", attention + "SelfAttention.v");
  layer.attention_output = Linear::load(weights, attention + "SelfAttention.o");
  layer.feed_forward_norm = weights.load(feed_forward + "layer_norm.weight");
  layer.inner =
      gated() ? fuse(dense + "wi_0", dense + "wi_1") : Linear::load(weights, dense + "wi");
  layer.output = Linear::load(weights, dense + "wo");
  return layer;
}

std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t buckets,
                                      std::int64_t max_distance) {
  const std::int64_t half = buckets / 2, exact = half / 2;
  const std::int64_t direction = distance > 0 ? half : 0;
  const std::int64_t size = std::abs(distance);
  if (size < exact) return direction + size;
  // In float32, as the original: the borders of the buckets depend on the rounding.
  const float ratio =
      std::log(static_cast<float>(size) / static_cast<float>(exact)) /
      static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  return direction +
         std::min(exact + static_cast<std::int64_t>(ratio * static_cast<float>(half - exact)),
                  half - 1);
}

/// [1 or B,heads,length,keys] in the compute's type, −infinity where a key is not visible.
at::Tensor T5::position_bias(std::int64_t length, const VisibleKeys& keys) const {
  std::vector<std::int64_t> buckets(static_cast<std::size_t>(2 * length - 1));
  for (std::int64_t i = 0; i < 2 * length - 1; ++i) {
    buckets[static_cast<std::size_t>(i)] = relative_position_bucket(
        i - (length - 1), architecture_.relative_buckets, architecture_.relative_max_distance);
  }
  const at::Tensor by_distance =
      relative_bias_.index_select(0, at::tensor(buckets, at::kLong).to(compute_.device))
          .t();  // [heads,2L−1]
  // Row i begins at distance −i: the windows of length `keys` read from the last to the first.
  at::Tensor bias = by_distance.unfold(1, keys.count, 1).narrow(1, 0, length).flip(1).unsqueeze(0);
  if (keys.mask.defined())
    bias = bias.masked_fill(keys.mask.logical_not(), -std::numeric_limits<float>::infinity());
  return bias.to(compute_.type).contiguous();
}

/// T5's LayerNorm: no mean, no bias; the mean square in float32.
at::Tensor T5::norm(const at::Tensor& x, const at::Tensor& weight) const {
  const at::Tensor wide = x.to(at::kFloat);
  return (wide *
          at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + architecture_.layer_norm_epsilon))
             .to(compute_.type) *
         weight;
}

at::Tensor T5::forward(const at::Tensor& ids, const VisibleKeys& keys) const {
  const std::int64_t heads = architecture_.heads;
  const at::Tensor bias = position_bias(ids.size(1), keys);
  at::Tensor x = at::embedding(words_, ids);
  for (const Layer& layer : layers_) {
    const at::Tensor normed = norm(x, layer.attention_norm);
    const auto key_value = layer.key_value(normed.narrow(1, 0, keys.count)).chunk(2, -1);
    const at::Tensor attended = at::scaled_dot_product_attention(
        split_heads(layer.query(normed), heads), split_heads(key_value[0], heads),
        split_heads(key_value[1], heads), bias, /*dropout_p=*/0.0, /*is_causal=*/false,
        /*scale=*/1.0);
    x = layer.attention_output(merge_heads(attended)).add_(x);
    x = feed_forward(layer, norm(x, layer.feed_forward_norm)).add_(x);
  }
  return norm(x, final_norm_);
}

at::Tensor T5::feed_forward(const Layer& layer, const at::Tensor& x) const {
  at::Tensor inner = layer.inner(x);
  if (!gated()) return layer.output(inner.relu_());
  const auto parts = inner.chunk(2, -1);
  const at::Tensor gate =
      activation_ == Activation::gated_gelu ? at::gelu(parts[0], "tanh") : at::silu(parts[0]);
  return layer.output(gate * parts[1]);
}

}  // namespace raygen::engine
