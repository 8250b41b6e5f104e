#include "sampling/most_urgent.hpp"

#include <limits>

namespace raygen::engine {

at::Tensor most_urgent(const at::Tensor& urgency, const SamplerState& state, std::int64_t n) {
  constexpr float kept = -std::numeric_limits<float>::infinity();
  return std::get<1>(at::topk(urgency.masked_fill(state.drawn.bitwise_not(), kept), n, -1));
}

}  // namespace raygen::engine
