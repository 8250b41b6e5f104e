// As many positions a step as are certain together: EB-Sampler (Ben-Hamu et al., arXiv 2505.24857).

#include "sampling/most_urgent.hpp"

namespace raygen::engine {

namespace {

/// Of what the last step drew, by ascending entropy H, the longest run with
/// ΣH − max H ≤ bound is kept: at least one, and all the rest is masked again.
class EntropyPositions final : public PositionChoice {
 public:
  explicit EntropyPositions(const SamplingOptions& options) : bound_(options.entropy_bound) {}

  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent(state.scores, state, n);
  }

  at::Tensor scores(const at::Tensor& logits, const Draw&, const SamplerState&) const override {
    const at::Tensor logs = at::log_softmax(logits, -1);
    return logs.exp().mul_(logs).sum(-1).neg_();
  }

  bool counts_itself() const override { return true; }

  at::Tensor counts(const SamplerState& state) const override {
    constexpr double after_all = 1e30;
    const at::Tensor sorted = std::get<0>(
        state.scores.masked_fill(state.drawn.bitwise_not(), after_all).to(at::kDouble).sort(1));
    // The largest of an ascending run is its last, so the sum without it is that of those before.
    const at::Tensor before = sorted.cumsum(1) - sorted,
                     kept = (before <= bound_).bitwise_and(sorted < after_all).sum(1);
    return state.counts_before - kept;
  }

 private:
  double bound_;
};

}  // namespace

std::unique_ptr<PositionChoice> make_entropy_positions(const SamplingOptions& options) {
  return std::make_unique<EntropyPositions>(options);
}

}  // namespace raygen::engine
