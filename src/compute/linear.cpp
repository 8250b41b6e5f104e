#include "compute/linear.hpp"

#include "compute/private_operators.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

// at::linear packs anew at every call, and its BLAS makes little of AVX-512 on some CPUs. Where
// there is none, that BLAS is the faster one.
bool wide_vectors() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return true;
#endif
}

bool can_pack_linear(const Compute& compute) {
  return compute.device.is_cpu() && wide_vectors() && has_packed_linear();
}

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias, const Compute& compute)
    : weight_(std::move(weight)), bias_(std::move(bias)), out_features_(weight_.size(0)) {
  if (compute.int8_linears) {
    int8_ = std::make_shared<const Int8Linear>(weight_, bias_);
    weight_ = bias_ = at::Tensor();
    return;
  }
  if (!can_pack_linear(compute)) return;
  weight_ = pack_linear(weight_);
  packed_ = true;
}

at::Tensor Linear::load_weight(const WeightSource& source, const std::string& name) {
  if (source.compute().int8_linears) return source.borrow(name, at::kFloat);
  return can_pack_linear(source.compute()) ? source.borrow(name) : source.load(name);
}

at::Tensor Linear::load_bias(const WeightSource& source, const std::string& name) {
  return source.compute().int8_linears ? source.load(name, at::kFloat) : source.load(name);
}

Linear Linear::load(const WeightSource& source, const std::string& name) {
  const at::Tensor bias =
      source.contains(name + ".bias") ? load_bias(source, name + ".bias") : at::Tensor();
  Linear linear(load_weight(source, name + ".weight"), bias, source.compute());
  source.release(name + ".weight");
  return linear;
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  if (int8_) return (*int8_)(x);
  const auto bias = bias_.defined() ? std::optional<at::Tensor>(bias_) : std::nullopt;
  return packed_ ? packed_linear(x, weight_, bias) : at::linear(x, weight_, bias);
}

LayerNorm LayerNorm::load(const WeightSource& source, const std::string& name, double epsilon) {
  LayerNorm norm;
  norm.weight_ = source.load(name + ".weight");
  if (source.contains(name + ".bias")) norm.bias_ = source.load(name + ".bias");
  norm.epsilon_ = epsilon;
  return norm;
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, weight_,
                        bias_.defined() ? std::optional<at::Tensor>(bias_) : std::nullopt,
                        epsilon_);
}

}  // namespace raygen::engine
