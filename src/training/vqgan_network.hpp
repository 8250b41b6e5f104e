#pragma once
// Taming's VQ-GAN as a function of its parameters, for gradients. What runs at inference is in
// src/vqgan.

#include "training/parameters.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

class VqganNetwork {
 public:
  /// Keeps references. checkpointing: forget activations inside blocks.
  VqganNetwork(const VqganArchitecture& architecture, const Parameters& parameters,
               bool checkpointing)
      : architecture_(architecture), parameters_(parameters), checkpointing_(checkpointing) {}

  /// images [B,C,R,R], −1..1 → features before quantisation [B,e,h,w].
  at::Tensor encode(const at::Tensor& images) const;
  /// features after quantisation [B,e,h,w] → images [B,C,R,R], about −1..1, not clamped.
  at::Tensor decode(const at::Tensor& quantised) const;

 private:
  at::Tensor convolution(const std::string& name, const at::Tensor& x, std::int64_t stride,
                         std::int64_t padding) const;
  at::Tensor norm(const std::string& name, const at::Tensor& x) const;
  at::Tensor residual_block(const std::string& name, const at::Tensor& x) const;
  at::Tensor attention_block(const std::string& name, const at::Tensor& x) const;
  at::Tensor middle(const std::string& part, bool attention, at::Tensor x) const;

  const VqganArchitecture& architecture_;
  const Parameters& parameters_;
  bool checkpointing_;
};

/// features [B,e,h,w], codebook [V,e] → the nearest rows' indices, int64 [B·h·w].
at::Tensor nearest_codes(const at::Tensor& features, const at::Tensor& codebook);
/// indices [B·h·w] → [B,e,h,w].
at::Tensor code_map(const at::Tensor& indices, const at::Tensor& codebook, std::int64_t batch,
                    std::int64_t height, std::int64_t width);

}  // namespace raygen::engine
