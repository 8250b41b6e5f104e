#pragma once
// Classifier-free guidance: how far the prompt's logits are pushed away from those of an empty
// prompt.

#include "sampling/options.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// The values of guidance_ramp.
const std::vector<std::string>& guidance_ramp_names();

/// The scale at step i of K. 1: there is no guidance, and no other prompt is needed.
double guidance_at(const SamplingOptions& options, std::int64_t step);

/// empty + scale (prompt − empty), both float [B,n,V]. 1: prompt; 0: empty; above 1 the prompt
/// counts for more, and images differ less.
at::Tensor guided(const at::Tensor& prompt, const at::Tensor& empty, double scale);

}  // namespace raygen::engine
