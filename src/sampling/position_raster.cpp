// Row by row, as an autoregressive model goes.

#include "sampling/most_urgent.hpp"

namespace raygen::engine {

namespace {

class RasterPositions final : public PositionChoice {
 public:
  at::Tensor choose(const SamplerState& state, std::int64_t n) const override {
    return most_urgent(
        at::arange(state.grid.tokens(), state.confidence.options()).expand_as(state.confidence),
        state, n);
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_raster_positions(const SamplingOptions&) {
  return std::make_unique<RasterPositions>();
}

}  // namespace raygen::engine
