#include "noise/noise.hpp"
#include "sampling/sampler.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

/// The n highest scores. LibTorch's own topk, so that ties fall as they do in the original.
class ConfidencePositions final : public PositionChoice {
 public:
  std::vector<std::int32_t> choose(const at::Tensor& scores, std::int64_t n,
                                   const DrawKey&) const override {
    const at::Tensor highest =
        std::get<1>(at::topk(scores.unsqueeze(0), n, -1)).squeeze(0).contiguous();
    const std::int64_t* begin = highest.const_data_ptr<std::int64_t>();
    std::vector<std::int32_t> positions(begin, begin + n);
    std::sort(positions.begin(), positions.end());
    return positions;
  }
};

/// An order drawn once for an image. What the model is sure of does not come first, so that images
/// of one prompt differ more.
class RandomPositions final : public PositionChoice {
 public:
  std::vector<std::int32_t> choose(const at::Tensor& scores, std::int64_t n,
                                   const DrawKey& key) const override {
    constexpr std::uint32_t no_step = 0xFFF;  // past every step: the order's noise is its own
    return random_positions(key.seed, key.image, no_step, n, scores.size(0));
  }
};

}  // namespace

std::unique_ptr<PositionChoice> make_position_choice(PositionChoiceKind kind) {
  if (kind == PositionChoiceKind::random) return std::make_unique<RandomPositions>();
  return std::make_unique<ConfidencePositions>();
}

}  // namespace raygen::engine
