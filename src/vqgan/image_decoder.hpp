#pragma once

#include "compute/compute.hpp"
#include "compute/scratch.hpp"
#include "job.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace raygen::engine {

/// Tokens to pixels. Immutable; any number of threads, each with its own scratch.
class VqganDecoder {
 public:
  VqganDecoder(const VqganArchitecture& architecture, const WeightSource& weights);
  ~VqganDecoder();
  /// tokens: int64 [B,N], 0..V-1, on the device; on a CPU B is 1. Returns float32 [B,R,R,channels],
  /// 0..1, contiguous, on the device.
  at::Tensor decode(const at::Tensor& tokens, Scratch& scratch, const Job* job) const;

 private:
  struct Weights;
  std::unique_ptr<const Weights> weights_;
};

}  // namespace raygen::engine
