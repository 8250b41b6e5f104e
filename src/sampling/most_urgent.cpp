#include "sampling/most_urgent.hpp"

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/gumbel.hpp"

#include <limits>

namespace raygen::engine {

at::Tensor most_urgent(const at::Tensor& urgency, const SamplerState& state, std::int64_t n) {
  constexpr float kept = -std::numeric_limits<float>::infinity();
  return std::get<1>(at::topk(urgency.masked_fill(state.drawn.bitwise_not(), kept), n, -1));
}

at::Tensor position_gumbel(const SamplerState& state) {
  return gumbel(noise_of_positions(state.keys, position_noise(state.step), state.grid.tokens()));
}

}  // namespace raygen::engine
