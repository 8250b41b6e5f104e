// Spread out over the grid by a sequence of low discrepancy: Halton-MaskGIT (Besnier et al., ICLR
// 2025) and its code. halton_adaptive begins so and goes on by confidence, as the moment sampler's
// paper proposes (arXiv 2510.04525: exploration, then exploitation).

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/most_urgent.hpp"

namespace raygen::engine {

namespace {

/// Which of n cells the radical inverse of i falls into: the digits of i are mirrored at the point.
/// In whole numbers, so that no cell's border is a matter of rounding.
std::int64_t cell(std::int64_t i, std::int64_t base, std::int64_t n) {
  std::int64_t mirrored = 0, scale = 1;
  for (; i > 0; i /= base) {
    mirrored = mirrored * base + i % base;
    scale *= base;
  }
  return mirrored * n / scale;
}

/// The ranks of a grid, made when they are first asked for.
class Halton {
 public:
  explicit Halton(const SamplingOptions& options) : roll_(options.halton_roll) {}

  /// The rank, float [B,N]. With a roll each image begins at a place of its own.
  at::Tensor urgency(const SamplerState& state) const {
    if (!ranks_.defined()) ranks_ = halton_ranks(state.grid).to(state.keys.device());
    const std::int64_t tokens = state.grid.tokens();
    at::Tensor ranks = ranks_.unsqueeze(0).expand_as(state.drawn);
    if (roll_) {
      const at::Tensor offset =
          (noise_of_positions(state.keys, roll_noise, 1) * tokens).to(at::kLong);
      ranks = (ranks - offset).remainder(tokens);
    }
    return ranks.to(at::kFloat);
  }

 private:
  bool roll_;
  mutable at::Tensor ranks_;  // int64 [N]
};

class HaltonPositions final : public PositionChoice {
 public:
  explicit HaltonPositions(const SamplingOptions& options) : halton_(options) {}

  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent(halton_.urgency(state), state, n);
  }

 private:
  Halton halton_;
};

class HaltonAdaptivePositions final : public PositionChoice {
 public:
  explicit HaltonAdaptivePositions(const SamplingOptions& options)
      : halton_(options),
        adaptive_from_(options.adaptive_from),
        choice_temperature_(options.choice_temperature) {}

  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    const bool adaptive =
        static_cast<double>(state.step) >= adaptive_from_ * static_cast<double>(state.steps);
    return most_urgent(
        adaptive ? maskgit_urgency(state, choice_temperature_) : halton_.urgency(state), state, n);
  }

 private:
  Halton halton_;
  double adaptive_from_, choice_temperature_;
};

}  // namespace

at::Tensor halton_ranks(const Grid& grid) {
  const at::Tensor ranks = at::full({grid.tokens()}, -1, at::kLong);
  std::int64_t* const rank = ranks.mutable_data_ptr<std::int64_t>();
  std::int64_t next = 0;
  for (std::int64_t i = 1; next < grid.tokens(); ++i) {  // until the last cell is met
    std::int64_t& place = rank[cell(i, 2, grid.height) * grid.width + cell(i, 3, grid.width)];
    if (place < 0) place = next++;
  }
  return ranks;
}

std::unique_ptr<PositionChoice> make_halton_positions(const SamplingOptions& options) {
  return std::make_unique<HaltonPositions>(options);
}
std::unique_ptr<PositionChoice> make_halton_adaptive_positions(const SamplingOptions& options) {
  return std::make_unique<HaltonAdaptivePositions>(options);
}

}  // namespace raygen::engine
