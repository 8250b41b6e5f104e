#pragma once
// What token choices share.

#include "sampling/policies.hpp"

namespace raygen::engine {

/// The tokens int64 [B,n] with the probability that the logits give them, at temperature 1 and
/// unfiltered.
Draw with_confidence(const at::Tensor& tokens, const at::Tensor& logits);

/// Gumbel noise for each token of each position at this step, float [B,n,V]; `least` is gumbel()'s.
at::Tensor token_gumbel(const at::Tensor& logits, const at::Tensor& positions,
                        const SamplerState& state, double least = 1e-20);

/// Drawn from softmax(scores), by the Gumbel-max trick: scores and logits are float [B,n,V].
Draw drawn(const at::Tensor& scores, const at::Tensor& logits, const at::Tensor& positions,
           const SamplerState& state);

/// The `kept` largest of every row; the others are −∞.
at::Tensor only_largest(const at::Tensor& scores, std::int64_t kept);

}  // namespace raygen::engine
