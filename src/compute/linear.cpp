#include "compute/linear.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace raygen::engine {

namespace {

// oneDNN's linear with a weight packed beforehand: at::linear packs anew at every call, and its
// BLAS makes little of AVX-512 on some CPUs. Where there is none, that BLAS is the faster one.
using PackLinear = at::Tensor(const at::Tensor&, std::optional<c10::SymInt>);
using RunLinear = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                             c10::string_view, c10::List<std::optional<at::Scalar>>,
                             std::optional<c10::string_view>);

std::optional<c10::OperatorHandle> find(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

bool wide_vectors() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return true;
#endif
}

bool can_pack(const Compute& compute) {
  return compute.device.is_cpu() && wide_vectors() && at::globalContext().userEnabledMkldnn() &&
         find("mkldnn::_linear_pointwise").has_value() &&
         find("mkldnn::_reorder_linear_weight").has_value();
}

}  // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias, const Compute& compute)
    : weight_(std::move(weight)), bias_(std::move(bias)), out_features_(weight_.size(0)) {
  if (!can_pack(compute)) return;
  static const auto pack = find("mkldnn::_reorder_linear_weight")->typed<PackLinear>();
  weight_ = pack.call(weight_, std::nullopt);
  packed_ = true;
}

at::Tensor Linear::load_weight(const WeightSource& source, const std::string& name) {
  return can_pack(source.compute()) ? source.borrow(name) : source.load(name);
}

Linear Linear::load(const WeightSource& source, const std::string& name) {
  const at::Tensor bias =
      source.contains(name + ".bias") ? source.load(name + ".bias") : at::Tensor();
  Linear linear(load_weight(source, name + ".weight"), bias, source.compute());
  source.release(name + ".weight");
  return linear;
}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  if (!packed_)
    return at::linear(x, weight_,
                      bias_.defined() ? std::optional<at::Tensor>(bias_) : std::nullopt);
  static const auto run = find("mkldnn::_linear_pointwise")->typed<RunLinear>();
  return run.call(x, weight_, bias_.defined() ? std::optional<at::Tensor>(bias_) : std::nullopt,
                  "none", c10::List<std::optional<at::Scalar>>(), "");
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
