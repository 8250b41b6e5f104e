#pragma once

#include "compute/linear.hpp"
#include "text/transformer.hpp"

#include <vector>

namespace raygen::engine {

/// The encoder of T5 (Raffel et al. 2020) and of T5 1.1 (gated feed-forward).
class T5 final : public TransformerTextEncoder {
 public:
  T5(const TextArchitecture& architecture, const WeightSource& weights, const Compute& compute);

 protected:
  at::Tensor forward(const at::Tensor& ids, const VisibleKeys& keys) const override;

 private:
  struct Layer {
    at::Tensor attention_norm, feed_forward_norm;
    Linear query, key_value, attention_output;
    Linear inner, output;  // gated: the gate's rows, then the linear part's
  };
  enum class Activation { relu, gated_gelu, gated_silu };
  static Activation activation(const std::string& name);
  bool gated() const { return activation_ != Activation::relu; }
  Layer load_layer(const WeightSource& weights, std::int64_t index) const;
  at::Tensor position_bias(std::int64_t length, const VisibleKeys& keys) const;
  at::Tensor norm(const at::Tensor& x, const at::Tensor& weight) const;
  at::Tensor feed_forward(const Layer& layer, const at::Tensor& x) const;

  Activation activation_;
  at::Tensor words_;          // [vocabulary,D]
  at::Tensor relative_bias_;  // [buckets,heads] float32
  std::vector<Layer> layers_;
  at::Tensor final_norm_;
};

/// The bucket of a key that lies `distance` after its query: half of the buckets for each
/// direction, exact near by, logarithmic further away.
std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t buckets,
                                      std::int64_t max_distance);

}  // namespace raygen::engine
