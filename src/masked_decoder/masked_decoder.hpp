#pragma once

#include "compute/compute.hpp"
#include "compute/side_by_side.hpp"
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

  /// embeddings: [B,L,D] float32 on the device. Keys and values of every layer; on a CPU prompt by
  /// prompt, so that a prompt's keys do not depend on its neighbours in the batch.
  Condition condition(const at::Tensor& embeddings) const;
  /// tokens: int64 [B,N] on the device, values 0..V. positions: int64 [B,n], or undefined for all
  /// of them. all_masked: the caller knows that every token is V, which saves the first layer's
  /// self-attention; off the CPU nothing is read back to find out. Returns float32 [B,n,V]; on a
  /// CPU each image's numbers are the same to the last bit alone or in a batch. lanes: who chooses
  /// how many images are worked on side by side on a CPU; none: one after another. Checks the job
  /// between layers.
  at::Tensor logits(const at::Tensor& tokens, const Condition& condition,
                    const at::Tensor& positions, bool all_masked, const Job* job,
                    SideBySide* lanes = nullptr) const;

 private:
  struct Weights;
  at::Tensor block_logits(const at::Tensor& tokens, const Condition::Layers& condition,
                          const at::Tensor& positions, bool all_masked, const Job* job) const;

  std::unique_ptr<const Weights> weights_;
};

}  // namespace raygen::engine
