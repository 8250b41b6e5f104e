#include "training/decoder_network.hpp"

#include "compute/heads.hpp"
#include "formatted.hpp"
#include "training/recompute.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

namespace {

constexpr double layer_norm_epsilon = 1e-5;

at::Tensor rows_at(const at::Tensor& x, const at::Tensor& places) {  // [B,N,E] → [M,E]
  return places.defined() ? x.flatten(0, 1).index_select(0, places) : x;
}

/// The M rows back at their places in [B,N,E], zero elsewhere: attention takes the same count of
/// queries of each image.
at::Tensor spread(const at::Tensor& rows, const at::Tensor& places, std::int64_t batch,
                  std::int64_t count) {
  if (!places.defined()) return rows;
  return at::zeros({batch * count, rows.size(1)}, rows.options())
      .index_copy(0, places, rows)
      .view({batch, count, rows.size(1)});
}

/// In bfloat16 on a CPU, LibTorch's fused attention calls a product for every head and block, and
/// with heads this narrow the calls cost more than the arithmetic: there the weights of all heads
/// are computed at once, as long as they are few (a step of phantom-128 is then 1.4 times as fast).
at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value) {
  constexpr std::int64_t most_weights = std::int64_t{8} << 20;
  const bool few = query.numel() / query.size(-1) * key.size(-2) <= most_weights;
  if (!query.is_cpu() || query.scalar_type() != at::kBFloat16 || !few)
    return at::scaled_dot_product_attention(query, key, value);
  const double scale = 1 / std::sqrt(static_cast<double>(query.size(-1)));
  const at::Tensor weights = at::matmul(query * scale, key.transpose(-2, -1)).softmax(-1);
  return at::matmul(weights, value);
}

}  // namespace

at::Tensor DecoderNetwork::linear(const std::string& name, const at::Tensor& x) const {
  const bool bias = parameters_.contains(name + ".bias");
  return at::linear(x, parameters_[name + ".weight"],
                    bias ? std::optional<at::Tensor>(parameters_[name + ".bias"]) : std::nullopt);
}

at::Tensor DecoderNetwork::norm(const std::string& name, const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, parameters_[name + ".weight"], parameters_[name + ".bias"],
                        layer_norm_epsilon);
}

at::Tensor DecoderNetwork::attention(const std::string& name, const at::Tensor& x,
                                     const at::Tensor& context, const at::Tensor& places) const {
  const bool fast = architecture_.attention == AttentionKind::fast;
  return fast ? performer_attention(name, x, context, places)
              : softmax_attention(name, x, context, places);
}

at::Tensor DecoderNetwork::softmax_attention(const std::string& name, const at::Tensor& x,
                                             const at::Tensor& context,
                                             const at::Tensor& places) const {
  const std::int64_t width = architecture_.hidden, heads = architecture_.heads;
  const at::Tensor& weight = parameters_[name + ".mha.in_proj_weight"];
  // The same shift of all keys changes no softmax: the gradient of their bias is zero, and what
  // rounding makes of it, Adam would enlarge.
  const at::Tensor& stored = parameters_[name + ".mha.in_proj_bias"];
  const at::Tensor bias =
      at::cat({stored.narrow(0, 0, width), stored.narrow(0, width, width).detach(),
               stored.narrow(0, 2 * width, width)});
  at::Tensor query, key, value;
  if (x.is_same(context)) {
    const auto parts = at::linear(x, weight, bias).chunk(3, -1);
    query = parts[0], key = parts[1], value = parts[2];
  } else {
    query = at::linear(x, weight.narrow(0, 0, width), bias.narrow(0, 0, width));
    const auto parts =
        at::linear(context, weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width))
            .chunk(2, -1);
    key = parts[0], value = parts[1];
  }
  query = spread(query, places, context.size(0), architecture_.tokens);
  const at::Tensor attended =
      attend(split_heads(query, heads), split_heads(key, heads), split_heads(value, heads));
  return linear(name + ".mha.out_proj", rows_at(merge_heads(attended), places));
}

at::Tensor DecoderNetwork::performer_attention(const std::string& name, const at::Tensor& x,
                                               const at::Tensor& context,
                                               const at::Tensor& places) const {
  const at::Tensor projection =
      parameters_[name + ".mha.fast_attention.projection_matrix"].t();  // [d,m]
  const auto features = [&](const at::Tensor& heads, bool queries) {
    const double dim = static_cast<double>(heads.size(-1));
    const at::ScalarType exact =
        at::promote_types(heads.scalar_type(), at::kFloat);  // exponentials are not for bfloat16
    const at::Tensor projected = at::matmul(heads * std::pow(dim, -0.25), projection).to(exact);
    const at::Tensor square =
        heads.to(exact).square().sum(-1, /*keepdim=*/true) / 2.0 * std::pow(dim, -0.5);
    const at::Tensor largest =
        queries ? projected.amax({-1, -2}, true) : projected.amax({-1}, true);
    return (projected - square - largest + 1e-6).exp() *
           std::pow(static_cast<double>(projection.size(1)), -0.5);
  };
  const at::Tensor values = split_heads(context, architecture_.heads);
  const at::Tensor queries = spread(x, places, context.size(0), architecture_.tokens);
  const at::Tensor q = features(split_heads(queries, architecture_.heads), true),
                   k = features(values, false);
  const at::Tensor normaliser = at::matmul(q, k.sum(-2).unsqueeze(-1)).reciprocal();
  const at::Tensor attended =
      merge_heads(at::matmul(q, at::matmul(k.transpose(-2, -1), values)) * normaliser);
  return linear(name + ".mha.to_out", rows_at(attended, places));
}

at::Tensor DecoderNetwork::layer(const std::string& name, const at::Tensor& x,
                                 const at::Tensor& text, const at::Tensor& places) const {
  const at::Tensor asked = rows_at(x, places);
  at::Tensor y = asked + attention(name + ".mha", asked, x, places);
  y = y + attention(name + ".cross_mha", y, text, places);
  const auto halves =
      linear(name + ".ffn.linear_1", norm(name + ".ffn.layer_norm_1", y)).chunk(2, -1);
  y = y + linear(name + ".ffn.linear_2",
                 norm(name + ".ffn.layer_norm_2", halves[1] * at::gelu(halves[0])));
  return norm(name + ".layer_norm_3", y);
}

at::Tensor DecoderNetwork::hidden(const at::Tensor& tokens, const at::Tensor& text,
                                  const at::Tensor& places) const {
  at::Tensor x = at::embedding(parameters_["image_embedding.weight"], tokens) +
                 parameters_["image_pos_emb.pos_emb"];
  const at::Tensor context = architecture_.text_projector ? linear("text_projector", text) : text;
  for (std::int64_t i = 0; i < architecture_.layers; ++i) {
    const std::string name = formatted("transformer.dec_layers.{}", i);
    const at::Tensor asked = i + 1 == architecture_.layers ? places : at::Tensor();
    x = checkpointed(
        checkpointing_, x, context,
        [self = *this, name, asked](const at::Tensor& each, const at::Tensor& condition) {
          return self.layer(name, each, condition, asked);
        });
  }
  return x;
}

at::Tensor DecoderNetwork::head(const at::Tensor& hidden) const {
  return linear("final_dense", hidden);
}

TensorMap initial_decoder_weights(const MaskedDecoderArchitecture& architecture,
                                  std::int64_t text_length, at::Generator& generator) {
  constexpr double table_deviation = 0.5;
  TensorMap weights = initial_weights(architecture.tensor_specs(), generator);
  weights["image_embedding.weight"].mul_(table_deviation);
  weights["image_pos_emb.pos_emb"].mul_(table_deviation);
  if (architecture.text_projector) {
    const double deviation =
        std::sqrt(static_cast<double>(text_length) / static_cast<double>(architecture.text_hidden));
    weights["text_projector.weight"].normal_(0, deviation, generator);
  }
  return weights;
}

}  // namespace raygen::engine
