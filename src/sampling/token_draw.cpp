#include "sampling/token_draw.hpp"

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/gumbel.hpp"

#include <algorithm>
#include <limits>

namespace raygen::engine {

Draw with_confidence(const at::Tensor& tokens, const at::Tensor& logits) {
  return {tokens, at::softmax(logits, -1).gather(-1, tokens.unsqueeze(-1)).squeeze(-1)};
}

at::Tensor token_gumbel(const at::Tensor& logits, const at::Tensor& positions,
                        const SamplerState& state, double least) {
  return gumbel(uniform_noise(state.keys, token_noise(state.step), positions, logits.size(-1)),
                least);
}

Draw drawn(const at::Tensor& scores, const at::Tensor& logits, const at::Tensor& positions,
           const SamplerState& state) {
  return with_confidence((scores + token_gumbel(logits, positions, state)).argmax(-1), logits);
}

at::Tensor only_largest(const at::Tensor& scores, std::int64_t kept) {
  const auto [values, indices] = at::topk(scores, std::min(kept, scores.size(-1)), -1,
                                          /*largest=*/true, /*sorted=*/false);
  return at::full_like(scores, -std::numeric_limits<float>::infinity())
      .scatter_(-1, indices, values);
}

}  // namespace raygen::engine
