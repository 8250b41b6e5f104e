// The moment sampler (arXiv 2510.04525): MaskGIT's choice, turned into "choose, then sample". With
// MaskGIT's annealed temperature a and β = 1 + 1/a, positions are chosen by Gumbel noise on
// log Σ_v p(v)^β, and tokens are drawn from p^β / Σ p^β.

#include "sampling/most_urgent.hpp"
#include "sampling/token_draw.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

/// β at step i, whose tokens are drawn while the annealed temperature is a = c (1 − (i + 1)/K).
double moment(double choice_temperature, const SamplerState& state) {
  constexpr double least = 1e-6;  // β is 1e6 at most: the likeliest token, by all means
  const double left =
      static_cast<double>(state.steps - 1 - state.step) / static_cast<double>(state.steps);
  return 1 + 1 / std::max(choice_temperature * left, least);
}

class MomentPositions final : public PositionChoice {
 public:
  explicit MomentPositions(const SamplingOptions& options)
      : choice_temperature_(options.choice_temperature) {}

  at::Tensor scores(const at::Tensor& logits, const Draw&,
                    const SamplerState& state) const override {
    const at::Tensor powers = at::log_softmax(logits, -1) * moment(choice_temperature_, state),
                     largest = powers.amax(-1, /*keepdim=*/true);
    return (largest + (powers - largest).exp_().sum(-1, /*keepdim=*/true).log_()).squeeze(-1);
  }

  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent((state.scores + position_gumbel(state)).neg_(), state, n);
  }

 private:
  double choice_temperature_;
};

class MomentTokens final : public TokenChoice {
 public:
  explicit MomentTokens(const SamplingOptions& options)
      : choice_temperature_(options.choice_temperature) {}

  Draw draw(const at::Tensor& logits, const at::Tensor& positions,
            const SamplerState& state) const override {
    return drawn(at::log_softmax(logits, -1) * moment(choice_temperature_, state), logits,
                 positions, state);
  }

 private:
  double choice_temperature_;
};

}  // namespace

std::unique_ptr<PositionChoice> make_moment_positions(const SamplingOptions& options) {
  return std::make_unique<MomentPositions>(options);
}
std::unique_ptr<TokenChoice> make_moment_tokens(const SamplingOptions& options) {
  return std::make_unique<MomentTokens>(options);
}

}  // namespace raygen::engine
