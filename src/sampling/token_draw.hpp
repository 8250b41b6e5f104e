#pragma once
// What token choices share.

#include "sampling/policies.hpp"

namespace raygen::engine {

/// The tokens int64 [B,n] with the probability that the logits give them, at temperature 1 and
/// unfiltered.
Draw with_confidence(const at::Tensor& tokens, const at::Tensor& logits);

/// Drawn from softmax(scores), by the Gumbel-max trick: scores and logits are float [B,n,V].
Draw drawn(const at::Tensor& scores, const at::Tensor& logits, const at::Tensor& positions,
           const SamplerState& state);

/// The `kept` largest of every row; the others are −∞.
at::Tensor only_largest(const at::Tensor& scores, std::int64_t kept);

}  // namespace raygen::engine
