#pragma once

#include "compute/compute.hpp"
#include "compute/scratch.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace raygen::engine {

struct EncodedImage {
  at::Tensor tokens;    // int32 [N], on the CPU
  at::Tensor features;  // float32 [z,grid,grid] before quantisation, contiguous, on the CPU
};

/// Pixels to tokens. Immutable; any number of threads, each with its own scratch.
class VqganEncoder {
 public:
  VqganEncoder(const VqganArchitecture& architecture, const WeightSource& weights);
  ~VqganEncoder();
  /// pixels: float32 [R,R,in_channels], 0..1, on the CPU. The Gumbel quantizer takes the most
  /// probable code: no noise.
  EncodedImage encode(const at::Tensor& pixels, Scratch& scratch) const;
  /// The same for the tokens of several images, float32 [B,R,R,in_channels] → int32 [B,N], both on
  /// the CPU. B is 1 where the network runs on a CPU.
  at::Tensor tokens(const at::Tensor& pixels, Scratch& scratch) const;

 private:
  at::Tensor features(const at::Tensor& pixels, Scratch& scratch) const;  // [B,h,w,z]
  at::Tensor nearest(const at::Tensor& features) const;                   // [...,z] → [...]

  struct Weights;
  std::unique_ptr<const Weights> weights_;
};

}  // namespace raygen::engine
