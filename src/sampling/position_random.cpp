// An order drawn once for an image. What the model is sure of does not come first, so that images
// of one prompt differ more.

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/policies.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

class RandomPositions final : public PositionChoice {
 public:
  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return random_order(state.keys, order_noise, state.drawn).narrow(1, 0, n);
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_random_positions(const SamplingOptions&) {
  return std::make_unique<RandomPositions>();
}

}  // namespace raygen::engine
