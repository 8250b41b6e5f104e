// Tokens drawn from softmax(logits c / T), all of it or its likeliest part: MaskGIT's
// "categorical", top-k, and the nucleus of Holtzman et al. (ICLR 2020). c rises from 1 to `cooling`
// over the steps (Halton-MaskGIT's code, sm_temp).

#include "sampling/annealing.hpp"
#include "sampling/token_draw.hpp"
#include "sampling/token_draw_on_device.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace raygen::engine {

namespace {

Draw likeliest(const at::Tensor& logits, const at::Tensor& positions, const SamplerState& state) {
  if (auto draw = drawn_on_device({}, logits, positions, state)) return *std::move(draw);
  return with_confidence(logits.argmax(-1), logits);
}

class MultinomialTokens : public TokenChoice {
 public:
  explicit MultinomialTokens(const SamplingOptions& options)
      : temperature_(options.temperature), cooling_(options.cooling) {}

  Draw draw(const at::Tensor& logits, const at::Tensor& positions,
            const SamplerState& state) const final {
    if (temperature_ == 0) return likeliest(logits, positions, state);
    const double cooled =
        state.steps == 1 ? 1 : 1 + (cooling_ - 1) * progress_of(state.step, state.steps);
    constexpr double least = 1e-10;  // what is colder than this would leave float32
    const double scale = cooled / std::max(temperature_, least);
    if (const auto kept = most_kept())
      if (auto draw =
              drawn_on_device({DrawRule::Score::product, scale, *kept}, logits, positions, state))
        return *std::move(draw);
    return drawn(filter(logits * scale), logits, positions, state);
  }

 private:
  virtual at::Tensor filter(const at::Tensor& scores) const { return scores; }
  /// How many of the largest logits filter() keeps, 0 for all; nothing where that is not a number.
  virtual std::optional<std::int64_t> most_kept() const { return 0; }

  double temperature_, cooling_;
};

class TopKTokens final : public MultinomialTokens {
 public:
  explicit TopKTokens(const SamplingOptions& options)
      : MultinomialTokens(options), top_k_(options.top_k) {}

 private:
  at::Tensor filter(const at::Tensor& scores) const override {
    return only_largest(scores, top_k_);
  }
  std::optional<std::int64_t> most_kept() const override { return top_k_; }

  std::int64_t top_k_;
};

class TopPTokens final : public MultinomialTokens {
 public:
  explicit TopPTokens(const SamplingOptions& options)
      : MultinomialTokens(options), top_p_(options.top_p) {}

 private:
  std::optional<std::int64_t> most_kept() const override { return std::nullopt; }
  /// The likeliest tokens until their probabilities reach top_p, the one that reaches it included.
  at::Tensor filter(const at::Tensor& scores) const override {
    const auto [sorted, order] = scores.sort(/*stable=*/true, -1, /*descending=*/true);
    const at::Tensor p = at::softmax(sorted.to(at::kDouble), -1),
                     outside = p.cumsum(-1) - p >= top_p_;
    const at::Tensor kept = sorted.masked_fill(outside, -std::numeric_limits<float>::infinity());
    return at::empty_like(scores).scatter_(-1, order, kept);
  }

  double top_p_;
};

class ArgmaxTokens final : public TokenChoice {
 public:
  Draw draw(const at::Tensor& logits, const at::Tensor& positions,
            const SamplerState& state) const override {
    return likeliest(logits, positions, state);
  }
};

}  // namespace

std::unique_ptr<TokenChoice> make_multinomial_tokens(const SamplingOptions& options) {
  return std::make_unique<MultinomialTokens>(options);
}
std::unique_ptr<TokenChoice> make_top_k_tokens(const SamplingOptions& options) {
  return std::make_unique<TopKTokens>(options);
}
std::unique_ptr<TokenChoice> make_top_p_tokens(const SamplingOptions& options) {
  return std::make_unique<TopPTokens>(options);
}
std::unique_ptr<TokenChoice> make_argmax_tokens(const SamplingOptions&) {
  return std::make_unique<ArgmaxTokens>();
}

}  // namespace raygen::engine
