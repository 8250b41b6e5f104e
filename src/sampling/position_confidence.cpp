// What the model was least sure of is masked again: RayGen's code.

#include "sampling/policies.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

/// The n highest of 1 − confidence, among what the last step drew: what was kept once stays. By
/// LibTorch's own topk, so that ties fall as they do in the original.
class ConfidencePositions final : public PositionChoice {
 public:
  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    constexpr double known = -1e5;
    const at::Tensor scores =
        at::rsub(state.confidence, 1).masked_fill_(state.drawn.bitwise_not(), known);
    return std::get<1>(at::topk(scores, n, -1));
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_confidence_positions(const SamplingOptions&) {
  return std::make_unique<ConfidencePositions>();
}

}  // namespace raygen::engine
