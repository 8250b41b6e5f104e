#pragma once

#include "compute/compute.hpp"
#include "compute/winograd.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

namespace raygen::engine {

/// A 2-D convolution over [1,C,H,W] (off the CPU [B,C,H,W]), channels last, with the weight packed
/// once for this device. Immutable; any number of threads.
class Convolution {
 public:
  struct Geometry {
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t size = 0;  // height and width of the images it will see: the packing is chosen for
                            // them; 0 when not known
  };

  Convolution() = default;
  /// weight [out,in,k,k] and bias [out], in float32 or the compute's type, on its device.
  Convolution(at::Tensor weight, at::Tensor bias, Geometry geometry, const Compute& compute);
  /// `name`.weight and `name`.bias.
  static Convolution load(const WeightSource& source, const std::string& name, Geometry geometry);

  at::Tensor operator()(const at::Tensor& x) const;
  /// out += convolution(x), in place: no new memory is mapped on a CPU.
  void add_to(const at::Tensor& out, const at::Tensor& x) const;
  std::int64_t out_channels() const { return out_channels_; }

 private:
  std::optional<Winograd> winograd_;  // in place of weight_ and bias_ where that is faster
  at::Tensor weight_, bias_;
  Geometry geometry_;
  bool packed_ = false;
  std::int64_t out_channels_ = 0;
};

}  // namespace raygen::engine
