// Kept tokens are masked again: ReMDM (Wang et al., arXiv 2503.00307) and its code. With a the
// share of tokens that is kept before a step and b the share after it, a kept token is masked again
// with probability σ ≤ σmax = min(1, (1 − b)/a).

#include "sampling/policies.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

/// σmax, float [B,1].
at::Tensor largest(const SamplerState& state) {
  const at::Tensor all = state.editable.sum(1).to(at::kFloat), masked_after = state.counts / all,
                   kept_before = (all - state.counts_before) / all;
  return (masked_after / kept_before.clamp_min_(1e-6)).clamp_max_(1).unsqueeze(1);
}

at::Tensor for_all(const at::Tensor& sigma, const SamplerState& state) {
  return sigma.expand_as(state.confidence);
}

class CapRemasking : public Remasking {
 public:
  explicit CapRemasking(const SamplingOptions& options) : strength_(options.remasking_strength) {}
  at::Tensor probability(const SamplerState& state) const override {
    return for_all(largest(state).clamp_max_(strength_), state);
  }

 private:
  double strength_;
};

class RescaleRemasking final : public Remasking {
 public:
  explicit RescaleRemasking(const SamplingOptions& options)
      : strength_(options.remasking_strength) {}
  at::Tensor probability(const SamplerState& state) const override {
    return for_all(largest(state).mul_(strength_), state);
  }

 private:
  double strength_;
};

/// What the model was less sure of is likelier to go: softmax of −confidence over the kept tokens.
class ConfidenceRemasking final : public Remasking {
 public:
  explicit ConfidenceRemasking(const SamplingOptions& options)
      : strength_(options.remasking_strength) {}
  at::Tensor probability(const SamplerState& state) const override {
    const at::Tensor kept = state.editable.bitwise_and(state.drawn.bitwise_not());
    const at::Tensor weight =
        at::softmax(state.confidence.neg().masked_fill(kept.bitwise_not(),
                                                       -std::numeric_limits<float>::infinity()),
                    1);
    return weight * (largest(state) * strength_);
  }

 private:
  double strength_;
};

/// As cap, but only in a part of the steps, in which the share of kept tokens stands still. The
/// schedule runs through its course before and after it.
class LoopRemasking final : public CapRemasking {
 public:
  explicit LoopRemasking(const SamplingOptions& options)
      : CapRemasking(options), from_(options.loop_from), until_(options.loop_until) {}

  at::Tensor probability(const SamplerState& state) const override {
    const auto [begin, end] = steps_of(state.steps);
    const bool looping = state.step > begin && state.step <= end;
    return looping ? CapRemasking::probability(state) : at::zeros_like(state.confidence);
  }

  Place place(std::int64_t step, std::int64_t steps) const override {
    const auto [begin, end] = steps_of(steps);
    return {step <= begin ? step : std::max(begin, step - (end - begin)), steps - (end - begin)};
  }

 private:
  /// Before steps begin + 1 to end nothing more is kept than before step begin.
  std::pair<std::int64_t, std::int64_t> steps_of(std::int64_t steps) const {
    const auto at = [steps](double share) {
      return std::clamp<std::int64_t>(std::llround(share * static_cast<double>(steps)), 1, steps);
    };
    const std::int64_t begin = std::min(at(from_), steps - 1),
                       end = std::min(at(until_), steps - 1);
    return {begin, end};
  }

  double from_, until_;
};

}  // namespace

std::unique_ptr<Remasking> make_none_remasking(const SamplingOptions&) { return nullptr; }
std::unique_ptr<Remasking> make_cap_remasking(const SamplingOptions& options) {
  return std::make_unique<CapRemasking>(options);
}
std::unique_ptr<Remasking> make_rescale_remasking(const SamplingOptions& options) {
  return std::make_unique<RescaleRemasking>(options);
}
std::unique_ptr<Remasking> make_confidence_remasking(const SamplingOptions& options) {
  return std::make_unique<ConfidenceRemasking>(options);
}
std::unique_ptr<Remasking> make_loop_remasking(const SamplingOptions& options) {
  return std::make_unique<LoopRemasking>(options);
}

}  // namespace raygen::engine
