// What the model was least sure of is masked again: RayGen's code.

#include "sampling/most_urgent.hpp"

namespace raygen::engine {

namespace {

/// The n highest of 1 − confidence: what was kept once stays. Ties fall as they do in the original,
/// which uses topk.
class ConfidencePositions final : public PositionChoice {
 public:
  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent(at::rsub(state.confidence, 1), state, n);
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_confidence_positions(const SamplingOptions&) {
  return std::make_unique<ConfidencePositions>();
}

}  // namespace raygen::engine
