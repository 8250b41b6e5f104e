#include "compute/convolution.hpp"

#include "compute/private_operators.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace raygen::engine {

namespace {

bool can_pack_convolution(const Compute& compute) {
  return compute.device.is_cpu() && has_packed_convolution();
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
  if (!can_pack_convolution(compute)) {
    // As the maps are: cuDNN would copy the weight at every call.
    weight_ = weight_.clone(at::MemoryFormat::ChannelsLast);
    return;
  }
  weight_ = pack_convolution(weight_, {geometry_.stride, geometry_.padding}, geometry_.size);
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
  if (packed_) return packed_convolution(x, weight_, bias_, {geometry_.stride, geometry_.padding});
  return at::conv2d(x, weight_, bias_, {geometry_.stride, geometry_.stride},
                    {geometry_.padding, geometry_.padding});
}

void Convolution::add_to(const at::Tensor& out, const at::Tensor& x) const {
  if (winograd_) {
    winograd_->apply(x, out, /*add=*/true);
    return;
  }
  if (packed_)
    add_packed_convolution(out, x, weight_, bias_, {geometry_.stride, geometry_.padding});
  else
    out.add_((*this)(x));
}

}  // namespace raygen::engine
