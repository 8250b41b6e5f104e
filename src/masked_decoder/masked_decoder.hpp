#pragma once

#include "compute/compute.hpp"
#include "job.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/condition.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace raygen::engine {

/// The masked transformer: image tokens, some of them masked, and a text to logits over the
/// codebook. Immutable; any number of threads.
class MaskedDecoder {
 public:
  MaskedDecoder(const MaskedDecoderArchitecture& architecture, const WeightSource& weights);
  ~MaskedDecoder();

  /// embeddings: [B,L,D] float32 on the device. Keys and values of every layer.
  Condition condition(const at::Tensor& embeddings) const;
  /// tokens: int64 [B,N] on the device, values 0..V. positions: int64 [B,n], or undefined for all
  /// of them. Returns float32 [B,n,V]. Checks the job between layers.
  at::Tensor logits(const at::Tensor& tokens, const Condition& condition,
                    const at::Tensor& positions, const Job* job) const;

 private:
  struct Weights;
  std::unique_ptr<const Weights> weights_;
};

}  // namespace raygen::engine
