#include "error.hpp"
#include "noise/noise.hpp"
#include "sampling/policies.hpp"
#include "sampling/sampler.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

/// argmax(filtered / τ + Gumbel noise), τ = T (K−1−step)/K; the score is 1 − p of the choice under
/// the unfiltered logits at temperature 1.
class GumbelTokens final : public TokenChoice {
 public:
  GumbelTokens(double temperature, double top_k_threshold)
      : temperature_(temperature), top_k_threshold_(top_k_threshold) {}

  Draw draw(const at::Tensor& logits, const std::vector<std::int32_t>& positions,
            const DrawKey& key, std::int64_t step, std::int64_t steps) const override {
    const double tau =
        temperature_ * static_cast<double>(steps - 1 - step) / static_cast<double>(steps);
    const at::Tensor choice = (filter(logits) / std::max(tau, 1e-10))
                                  .add_(gumbel(positions, key, logits.size(-1)))
                                  .argmax(-1);
    const at::Tensor probability =
        at::softmax(logits, -1).gather(-1, choice.unsqueeze(-1)).squeeze(-1);
    return {choice.to(at::kInt), at::rsub(probability, 1)};
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

  static at::Tensor gumbel(const std::vector<std::int32_t>& positions, const DrawKey& key,
                           std::int64_t entries) {
    at::Tensor noise =
        at::empty({static_cast<std::int64_t>(positions.size()), entries}, at::kFloat);
    float* out = noise.mutable_data_ptr<float>();
    at::parallel_for(0, static_cast<std::int64_t>(positions.size()), 16,
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t i = begin; i < end; ++i) {
                         uniform_noise(
                             key.seed, key.image, key.step,
                             static_cast<std::uint32_t>(positions[static_cast<std::size_t>(i)]),
                             out + i * entries, static_cast<std::size_t>(entries));
                       }
                     });
    return noise.clamp_min_(1e-6).log_().neg_().clamp_min_(1e-6).log_().neg_();
  }

  double temperature_, top_k_threshold_;
};

}  // namespace

const std::vector<std::string>& token_choice_names() {
  static const std::vector<std::string> names = {"gumbel"};
  return names;
}

std::unique_ptr<TokenChoice> make_token_choice(const SamplingOptions& options) {
  if (options.token_choice == "gumbel")
    return std::make_unique<GumbelTokens>(options.temperature, options.top_k_threshold);
  fail(Status::invalid_argument, "token_choice is \"{}\"; {} was expected", options.token_choice,
       fmt::join(token_choice_names(), ", "));
}

}  // namespace raygen::engine
