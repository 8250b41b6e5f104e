// Tokens drawn by Gumbel noise from the likeliest: RayGen's code, after Muse (Chang et al., ICML
// 2023).

#include "noise/tensor_noise.hpp"
#include "sampling/policies.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

/// argmax(filtered / τ + Gumbel noise), τ = T (K−1−step)/K; the confidence is p of the choice under
/// the unfiltered logits at temperature 1.
class GumbelTokens final : public TokenChoice {
 public:
  explicit GumbelTokens(const SamplingOptions& options)
      : temperature_(options.temperature), top_k_threshold_(options.top_k_threshold) {}

  Draw draw(const at::Tensor& logits, const at::Tensor& positions,
            const SamplerState& state) const override {
    const double tau = temperature_ * static_cast<double>(state.steps - 1 - state.step) /
                       static_cast<double>(state.steps);
    const at::Tensor choice = (filter(logits) / std::max(tau, 1e-10))
                                  .add_(gumbel(positions, state, logits.size(-1)))
                                  .argmax(-1);
    return {choice, at::softmax(logits, -1).gather(-1, choice.unsqueeze(-1)).squeeze(-1)};
  }

 private:
  at::Tensor filter(const at::Tensor& logits) const {
    const auto kept = std::max<std::int64_t>(
        static_cast<std::int64_t>(
            std::ceil((1 - top_k_threshold_) * static_cast<double>(logits.size(-1)))),
        1);
    const auto [values, indices] = at::topk(logits, kept, -1, /*largest=*/true, /*sorted=*/false);
    return at::full_like(logits, -std::numeric_limits<float>::infinity())
        .scatter_(-1, indices, values);
  }

  static at::Tensor gumbel(const at::Tensor& positions, const SamplerState& state,
                           std::int64_t entries) {
    return uniform_noise(state.keys, static_cast<std::uint32_t>(state.step), positions, entries)
        .clamp_min_(1e-6)
        .log_()
        .neg_()
        .clamp_min_(1e-6)
        .log_()
        .neg_();
  }

  double temperature_, top_k_threshold_;
};

}  // namespace

std::unique_ptr<TokenChoice> make_gumbel_tokens(const SamplingOptions& options) {
  return std::make_unique<GumbelTokens>(options);
}

}  // namespace raygen::engine
