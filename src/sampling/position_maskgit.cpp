// MaskGIT (Chang et al., CVPR 2022), section 3.2 and its code: what the model was least sure of is
// masked again, with noise that fades.

#include "sampling/annealing.hpp"
#include "sampling/most_urgent.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

class MaskgitPositions final : public PositionChoice {
 public:
  explicit MaskgitPositions(const SamplingOptions& options)
      : choice_temperature_(options.choice_temperature) {}

  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent(maskgit_urgency(state, choice_temperature_), state, n);
  }

 private:
  double choice_temperature_;
};

}  // namespace

at::Tensor maskgit_urgency(const SamplerState& state, double choice_temperature) {
  return state.confidence.log()
      .add_(position_gumbel(state), annealed(choice_temperature, state))
      .neg_();
}

std::unique_ptr<PositionChoice> make_maskgit_positions(const SamplingOptions& options) {
  return std::make_unique<MaskgitPositions>(options);
}

}  // namespace raygen::engine
