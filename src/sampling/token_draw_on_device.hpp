#pragma once
// The draw of tokens by a kernel of our own, token_draw.cu.

#include "sampling/policies.hpp"

#include <optional>
#include <string_view>

namespace raygen::engine {

extern const std::string_view token_draw_kernel;

/// How a row of logits becomes a token: the largest score among the `kept` largest logits.
struct DrawRule {
  enum class Score {
    logit,     // without noise
    quotient,  // logit / scale + noise
    product    // logit · scale + noise
  };
  Score score = Score::logit;
  double scale = 1;
  std::int64_t kept = 0;  // 0: all of them
  double least = 1e-20;   // gumbel()'s
};

/// As the tensor operations of the token choices; equal logits at the edge of what is kept fall to
/// the smaller token. Nothing, and nothing done, where the kernel cannot be used.
std::optional<Draw> drawn_on_device(const DrawRule& rule, const at::Tensor& logits,
                                    const at::Tensor& positions, const SamplerState& state);

}  // namespace raygen::engine
