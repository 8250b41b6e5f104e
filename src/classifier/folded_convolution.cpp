#include "classifier/folded_convolution.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

BatchNormAffine load_batch_norm(const WeightSource& weights, const std::string& name,
                                double epsilon) {
  const auto load = [&](const char* part) {
    return weights.load(formatted("{}.{}", name, part), at::kFloat).to(at::kDouble);
  };
  const at::Tensor variance = load("running_var");
  if (variance.lt(0).any().item<bool>())
    fail(Status::numeric, "tensor {}.running_var holds a negative variance", name);
  const at::Tensor scale = load("weight") / (variance + epsilon).sqrt();
  return {scale.to(at::kFloat), (load("bias") - load("running_mean") * scale).to(at::kFloat)};
}

FoldedConvolution::FoldedConvolution(const WeightSource& weights, const std::string& name,
                                     const BatchNormAffine& norm, Geometry geometry,
                                     Activation activation)
    : activation_(activation) {
  const std::string tensor = name + ".weight";
  at::Tensor weight = weights.load(tensor, at::kFloat);
  at::Tensor bias =
      norm.shift.defined() ? norm.shift : at::zeros({weight.size(0)}, weight.options());
  if (norm.scale.defined()) weight.mul_(norm.scale.view({-1, 1, 1, 1}));
  const Compute& compute = weights.compute();
  weight_ = weight.to(compute.type);
  bias_ = bias.to(compute.type);
  shape_ = {geometry.stride, geometry.before, geometry.depthwise ? weight.size(0) : 1};
  std::int64_t size = geometry.size;
  if (geometry.before != geometry.after) {
    pad_before_ = geometry.before;
    pad_after_ = geometry.after;
    shape_.padding = 0;
    size += pad_before_ + pad_after_;
  }
  packed_ = compute.device.is_cpu() && has_activated_convolution();
  if (packed_) {
    weight_ = pack_convolution(weight_, shape_, size);
  } else if (compute.device.is_cpu()) {
    weight_ = weight_.contiguous(at::MemoryFormat::ChannelsLast);
  }
}

at::Tensor FoldedConvolution::operator()(const at::Tensor& x) const {
  const at::Tensor padded =
      pad_before_ == pad_after_
          ? x
          : at::constant_pad_nd(x, {pad_before_, pad_after_, pad_before_, pad_after_})
                .contiguous(x.suggest_memory_format());
  if (packed_) return activated_convolution(padded, weight_, bias_, shape_, activation_);
  at::Tensor y = at::conv2d(padded, weight_, bias_, {shape_.stride, shape_.stride},
                            {shape_.padding, shape_.padding}, {1, 1}, shape_.groups);
  if (activation_ == Activation::relu) y.relu_();
  if (activation_ == Activation::relu6) y.clamp_(0, 6);
  return y;
}

}  // namespace raygen::engine
