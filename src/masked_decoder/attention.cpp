#include "masked_decoder/attention.hpp"

#include "compute/heads.hpp"
#include "compute/linear.hpp"
#include "compute/softmax_attention.hpp"
#include "error.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

namespace {

class SoftmaxAttention final : public Attention {
 public:
  SoftmaxAttention(const MaskedDecoderArchitecture& architecture, const WeightSource& weights,
                   const std::string& name)
      : heads_(architecture.heads) {
    const std::int64_t width = architecture.hidden;
    const at::Tensor weight = Linear::load_weight(weights, name + ".mha.in_proj_weight"),
                     bias = Linear::load_bias(weights, name + ".mha.in_proj_bias");
    query_ = Linear(weight.narrow(0, 0, width), bias.narrow(0, 0, width), weights.compute());
    key_value_ = Linear(weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width),
                        weights.compute());
    weights.release(name + ".mha.in_proj_weight");
    out_ = Linear::load(weights, name + ".mha.out_proj");
  }

  LayerCondition prepare(const at::Tensor& context) const override {
    const auto halves = key_value_(context).chunk(2, -1);
    return {split_heads(halves[0], heads_), split_heads(halves[1], heads_)};
  }

  at::Tensor attend(const at::Tensor& queries, const LayerCondition& condition) const override {
    return out_(
        softmax_attention(split_heads(query_(queries), heads_), condition.keys, condition.values));
  }

 private:
  std::int64_t heads_;
  Linear query_, key_value_, out_;
};

class PerformerAttention final : public Attention {
 public:
  PerformerAttention(const MaskedDecoderArchitecture& architecture, const WeightSource& weights,
                     const std::string& name)
      : heads_(architecture.heads), type_(weights.compute().type) {
    // Exponentials of random features lose too much in bfloat16: this part stays in float32.
    projection_ =
        weights.load(name + ".mha.fast_attention.projection_matrix", at::kFloat).t().contiguous();
    out_ = Linear::load(weights, name + ".mha.to_out");
  }

  LayerCondition prepare(const at::Tensor& context) const override {
    const at::Tensor values = split_heads(context.to(at::kFloat), heads_);
    const at::Tensor keys = features(values);
    return {keys.sum(-2), at::matmul(keys.transpose(-2, -1), values)};
  }

  at::Tensor attend(const at::Tensor& queries, const LayerCondition& condition) const override {
    const at::Tensor q = features(split_heads(queries.to(at::kFloat), heads_));
    const at::Tensor normaliser = at::matmul(q, condition.keys.unsqueeze(-1)).reciprocal();
    return out_(merge_heads(at::matmul(q, condition.values) * normaliser).to(type_));
  }

 private:
  // The original keeps epsilon inside the exponent and takes the keys' maximum position by
  // position, which does not cancel. The queries' maximum does: taken position by position too, it
  // serves any subset of them.
  at::Tensor features(const at::Tensor& x) const {
    const double dim = static_cast<double>(x.size(-1)),
                 count = static_cast<double>(projection_.size(-1));
    const at::Tensor projected = at::matmul(x * std::pow(dim, -0.25), projection_);
    const at::Tensor square = x.square().sum(-1, /*keepdim=*/true) / 2.0 * std::pow(dim, -0.5);
    const at::Tensor largest = projected.amax({-1}, /*keepdim=*/true);
    return (projected - square - largest + 1e-6).exp() * std::pow(count, -0.5);
  }

  std::int64_t heads_;
  at::ScalarType type_;
  at::Tensor projection_;  // [d,m]
  Linear out_;
};

}  // namespace

std::unique_ptr<Attention> load_attention(const MaskedDecoderArchitecture& architecture,
                                          const WeightSource& weights, const std::string& name) {
  switch (architecture.attention) {
    case AttentionKind::normal:
      return std::make_unique<SoftmaxAttention>(architecture, weights, name);
    case AttentionKind::fast:
      return std::make_unique<PerformerAttention>(architecture, weights, name);
  }
  fail(Status::internal, "{}: there is no attention of kind {}", name,
       static_cast<int>(architecture.attention));
}

}  // namespace raygen::engine
