#include "compute/convolution.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <utility>

namespace raygen::engine {

namespace {

// oneDNN's convolution with a packed weight, and its form that adds into memory that is already
// there.
using Pack = at::Tensor(const at::Tensor&, c10::SymIntArrayRef, c10::SymIntArrayRef,
                        c10::SymIntArrayRef, c10::SymInt, c10::OptionalArrayRef<c10::SymInt>);
using Run = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                       c10::SymIntArrayRef, c10::SymIntArrayRef, c10::SymIntArrayRef, c10::SymInt,
                       c10::string_view, c10::List<std::optional<at::Scalar>>,
                       std::optional<c10::string_view>);
using AddInto = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Tensor&,
                            const std::optional<at::Tensor>&, c10::SymIntArrayRef,
                            c10::SymIntArrayRef, c10::SymIntArrayRef, c10::SymInt, c10::string_view,
                            std::optional<at::Scalar>, std::optional<c10::string_view>,
                            c10::List<std::optional<at::Scalar>>, std::optional<c10::string_view>);

template <typename Signature>
c10::TypedOperatorHandle<Signature> handle(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

bool can_pack(const Compute& compute) {
  const auto has = [](const char* name, const char* overload) {
    return c10::Dispatcher::singleton().findSchema({name, overload}).has_value();
  };
  return compute.device.is_cpu() && at::globalContext().userEnabledMkldnn() &&
         has("mkldnn::_convolution_pointwise", "") &&
         has("mkldnn::_convolution_pointwise_", "binary") &&
         has("mkldnn::_reorder_convolution_weight", "");
}

}  // namespace

Convolution::Convolution(at::Tensor weight, at::Tensor bias, Geometry geometry,
                         const Compute& compute)
    : weight_(std::move(weight)),
      bias_(std::move(bias)),
      geometry_(geometry),
      out_channels_(weight_.size(0)) {
  if (Winograd::suits(weight_, geometry_.stride, geometry_.padding, geometry_.size, compute)) {
    winograd_.emplace(std::exchange(weight_, {}), std::exchange(bias_, {}), compute.type);
    return;
  }
  weight_ = weight_.to(compute.type);
  bias_ = bias_.to(compute.type);
  if (!can_pack(compute)) {
    weight_ = weight_.clone(compute.device.is_cpu() ? at::MemoryFormat::ChannelsLast
                                                    : at::MemoryFormat::Contiguous);
    return;
  }
  static const auto pack = handle<Pack>("mkldnn::_reorder_convolution_weight", "");
  const std::vector<c10::SymInt> padding(2, geometry_.padding), stride(2, geometry_.stride),
      dilation(2, 1);
  const std::vector<c10::SymInt> input{1, weight_.size(1), geometry_.size, geometry_.size};
  weight_ =
      pack.call(weight_, padding, stride, dilation, 1,
                geometry_.size > 0 ? c10::OptionalArrayRef<c10::SymInt>(input) : std::nullopt);
  packed_ = true;
}

Convolution Convolution::load(const WeightSource& source, const std::string& name,
                              Geometry geometry) {
  Convolution convolution(source.borrow(name + ".weight", at::kFloat),
                          source.load(name + ".bias", at::kFloat), geometry, source.compute());
  source.release(name + ".weight");
  return convolution;
}

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  if (winograd_) {
    const at::Tensor out = at::empty({1, out_channels_, x.size(2), x.size(3)}, x.options(),
                                     at::MemoryFormat::ChannelsLast);
    winograd_->apply(x, out, /*add=*/false);
    return out;
  }
  const std::vector<std::int64_t> padding(2, geometry_.padding), stride(2, geometry_.stride);
  if (!packed_) return at::conv2d(x, weight_, bias_, stride, padding);
  static const auto run = handle<Run>("mkldnn::_convolution_pointwise", "");
  const std::vector<c10::SymInt> symbolic_padding(2, geometry_.padding),
      symbolic_stride(2, geometry_.stride), dilation(2, 1);
  return run.call(x, weight_, bias_, symbolic_padding, symbolic_stride, dilation, 1, "none",
                  c10::List<std::optional<at::Scalar>>(), "");
}

void Convolution::add_to(const at::Tensor& out, const at::Tensor& x) const {
  if (winograd_) {
    winograd_->apply(x, out, /*add=*/true);
    return;
  }
  if (!packed_) {
    out.add_((*this)(x));
    return;
  }
  static const auto add_into = handle<AddInto>("mkldnn::_convolution_pointwise_", "binary");
  const std::vector<c10::SymInt> padding(2, geometry_.padding), stride(2, geometry_.stride),
      dilation(2, 1);
  at::Tensor target = out;
  add_into.call(target, x, weight_, bias_, padding, stride, dilation, 1, "add", std::nullopt,
                std::nullopt, c10::List<std::optional<at::Scalar>>(), std::nullopt);
}

}  // namespace raygen::engine
