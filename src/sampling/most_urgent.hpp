#pragma once
// What position choices share: from a number for each position to the positions that are masked.

#include "sampling/policies.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

/// The n positions of highest urgency, float [B,N], among those that the last step drew, the
/// highest first. By LibTorch's own topk.
at::Tensor most_urgent(const at::Tensor& urgency, const SamplerState& state, std::int64_t n);

/// Gumbel noise for each position before this step, float [B,N].
at::Tensor position_gumbel(const SamplerState& state);

/// −(log p + c (1 − i/K) Gumbel): MaskGIT's confidence with annealed noise, turned around.
at::Tensor maskgit_urgency(const SamplerState& state, double choice_temperature);

/// The place of every position in the Halton sequence of the grid, int64 [N] on the CPU: 0 for the
/// cell that comes first.
at::Tensor halton_ranks(const Grid& grid);

}  // namespace raygen::engine
