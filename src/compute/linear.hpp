#pragma once

#include "compute/compute.hpp"
#include "compute/int8_linear.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

/// y = x Wᵀ + b with the weight packed once for this device, or quantised where the compute's
/// linears are int8. Immutable; any number of threads.
class Linear {
 public:
  Linear() = default;
  /// Takes a weight [out,in] and a bias [out] (or an undefined tensor), already in the compute's
  /// type (for int8, float32) on its device. The weight is kept, or packed into other memory.
  Linear(at::Tensor weight, at::Tensor bias, const Compute& compute);
  /// A weight for the constructor: a file's own pages where it is packed into other memory (release
  /// it then), else a copy.
  static at::Tensor load_weight(const WeightSource& source, const std::string& name);
  static at::Tensor load_bias(const WeightSource& source, const std::string& name);
  /// `name`.weight and, where the source has it, `name`.bias.
  static Linear load(const WeightSource& source, const std::string& name);
  /// x [...,in] → [...,out]; x in the compute's type.
  at::Tensor operator()(const at::Tensor& x) const;
  std::int64_t out_features() const { return out_features_; }

 private:
  at::Tensor weight_;  // packed (opaque) when packed_
  at::Tensor bias_;
  bool packed_ = false;
  std::shared_ptr<const Int8Linear> int8_;  // instead of the three above
  std::int64_t out_features_ = 0;
};

/// LayerNorm over the last dimension, weights in the compute's type.
class LayerNorm {
 public:
  LayerNorm() = default;
  static LayerNorm load(const WeightSource& source, const std::string& name, double epsilon);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  double epsilon_ = 1e-5;
};

}  // namespace raygen::engine
