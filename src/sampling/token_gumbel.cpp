// Tokens drawn by Gumbel noise from the likeliest: RayGen's code, after Muse (Chang et al., ICML
// 2023).

#include "sampling/token_draw.hpp"
#include "sampling/token_draw_on_device.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

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
    constexpr double least = 1e-6;  // under both logarithms, as in the original
    const double tau = temperature_ * static_cast<double>(state.steps - 1 - state.step) /
                       static_cast<double>(state.steps);
    const double divisor = std::max(tau, 1e-10);
    const std::int64_t kept = kept_of(logits.size(-1));
    if (auto draw = drawn_on_device({DrawRule::Score::quotient, divisor, kept, least}, logits,
                                    positions, state))
      return *std::move(draw);
    const at::Tensor noise = token_gumbel(logits, positions, state, least);
    return with_confidence((only_largest(logits, kept) / divisor).add_(noise).argmax(-1), logits);
  }

 private:
  std::int64_t kept_of(std::int64_t codebook) const {
    const double kept = std::ceil((1 - top_k_threshold_) * static_cast<double>(codebook));
    return std::max<std::int64_t>(static_cast<std::int64_t>(kept), 1);
  }

  double temperature_, top_k_threshold_;
};

}  // namespace

std::unique_ptr<TokenChoice> make_gumbel_tokens(const SamplingOptions& options) {
  return std::make_unique<GumbelTokens>(options);
}

}  // namespace raygen::engine
