#pragma once
// Classifier-free guidance: how far the prompt's logits are pushed away from those of an empty
// prompt.

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// empty + scale (prompt − empty), both float [B,n,V]. 1: prompt; 0: empty; above 1 the prompt
/// counts for more, and images differ less.
at::Tensor guided(const at::Tensor& prompt, const at::Tensor& empty, double scale);

}  // namespace raygen::engine
