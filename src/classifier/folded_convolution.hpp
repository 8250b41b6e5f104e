#pragma once
// Convolutions with the batch normalisation beside them folded in. Running statistics are
// constants, so the normalisation is one scale and one shift a channel.

#include "compute/compute.hpp"
#include "compute/private_operators.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace raygen::engine {

/// y = x · scale + shift, float32 [channels] each, on the compute's device.
struct BatchNormAffine {
  at::Tensor scale, shift;
};
/// Of `name`.weight, .bias, .running_mean and .running_var. Throws Error(numeric) naming the tensor
/// when a variance is negative.
BatchNormAffine load_batch_norm(const WeightSource& weights, const std::string& name,
                                double epsilon);

/// A convolution without a bias, what normalises its output, and an activation, in one pass over
/// [B,C,H,W] (channels last on a CPU). Immutable; any number of threads.
class FoldedConvolution {
 public:
  struct Geometry {
    std::int64_t size = 0;  // height and width of the images that it will see
    std::int64_t stride = 1;
    std::int64_t before = 0, after = 0;  // zeros around an image: above and left, below and right
    bool depthwise = false;
  };

  FoldedConvolution() = default;
  /// `name`.weight; an undefined norm leaves the output as it is.
  FoldedConvolution(const WeightSource& weights, const std::string& name,
                    const BatchNormAffine& norm, Geometry geometry, Activation activation);

  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  ConvolutionShape shape_;
  std::int64_t pad_before_ = 0, pad_after_ = 0;  // where they differ
  Activation activation_ = Activation::none;
  bool packed_ = false;
};

}  // namespace raygen::engine
