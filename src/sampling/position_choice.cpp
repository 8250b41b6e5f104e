#include "error.hpp"
#include "noise/noise.hpp"
#include "sampling/policies.hpp"
#include "sampling/sampler.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

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

const std::vector<std::string>& position_choice_names() {
  static const std::vector<std::string> names = {"confidence", "random"};
  return names;
}

std::unique_ptr<PositionChoice> make_position_choice(const SamplingOptions& options) {
  if (options.position_choice == "confidence") return std::make_unique<ConfidencePositions>();
  if (options.position_choice == "random") return std::make_unique<RandomPositions>();
  fail(Status::invalid_argument, "position_choice is \"{}\"; {} was expected",
       options.position_choice, fmt::join(position_choice_names(), ", "));
}

}  // namespace raygen::engine
