#include "sampling/sampler.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

/// The n highest scores. LibTorch's own topk, so that ties fall as they do in the original.
class ConfidencePositions final : public PositionChoice {
 public:
  std::vector<std::int32_t> choose(const at::Tensor& scores, std::int64_t n) const override {
    const at::Tensor highest = std::get<1>(at::topk(scores.unsqueeze(0), n, -1)).squeeze(0).contiguous();
    const std::int64_t* begin = highest.const_data_ptr<std::int64_t>();
    std::vector<std::int32_t> positions(begin, begin + n);
    std::sort(positions.begin(), positions.end());
    return positions;
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_position_choice(PositionChoiceKind) { return std::make_unique<ConfidencePositions>(); }

}  // namespace raygen::engine
