#include "sampling/sampler.hpp"

#include "compute/compute.hpp"
#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

constexpr float known = -1e5F;  // the score of a position that was not masked: never masked again

}  // namespace

Sampler::Sampler(std::int64_t tokens, std::int64_t codebook, std::uint64_t seed,
                 std::vector<std::uint64_t> images, const SamplingOptions& options)
    : options_(options),
      token_count_(tokens),
      codebook_(codebook),
      seed_(seed),
      images_(std::move(images)) {
  schedule_ = make_schedule(options_);
  position_choice_ = make_position_choice(options_);
  token_choice_ = make_token_choice(options_);
  const auto count = static_cast<std::size_t>(batch() * token_count_);
  filled_.assign(count, static_cast<std::int32_t>(codebook_));
  scores_ = at::zeros({batch(), token_count_}, at::kFloat);
  mask_next();
}

DrawKey Sampler::key_of(std::int64_t b) const {
  return {seed_, images_[static_cast<std::size_t>(b)], static_cast<std::uint32_t>(step_)};
}

void Sampler::mask_next() {
  tokens_ = filled_;
  masked_.clear();
  masked_count_ = 0;
  if (done()) return;
  masked_count_ = std::min(schedule_->masked(step_, options_.steps, token_count_), token_count_);
  for (std::int64_t b = 0; b < batch(); ++b) {
    for (const std::int32_t position :
         position_choice_->choose(scores_[b], masked_count_, key_of(b))) {
      masked_.push_back(position);
      tokens_[static_cast<std::size_t>(b * token_count_ + position)] =
          static_cast<std::int32_t>(codebook_);
    }
  }
}

void Sampler::step(const at::Tensor& logits) {
  if (done())
    fail(Status::invalid_argument, "all {} steps of the sampler are done", options_.steps);
  if (!is_finite(logits)) {
    fail(Status::numeric, "the logits of step {} hold NaN or infinity", step_);
  }
  scores_.fill_(known);
  for (std::int64_t b = 0; b < batch(); ++b) {
    const auto begin = masked_.begin() + b * masked_count_;
    const std::vector<std::int32_t> positions(begin, begin + masked_count_);
    const Draw draw = token_choice_->draw(logits[b], positions, key_of(b), step_, options_.steps);
    const std::int32_t* tokens = draw.tokens.const_data_ptr<std::int32_t>();
    const float* scores = draw.scores.const_data_ptr<float>();
    float* image_scores = scores_[b].mutable_data_ptr<float>();
    for (std::size_t i = 0; i < positions.size(); ++i) {
      filled_[static_cast<std::size_t>(b * token_count_ + positions[i])] = tokens[i];
      image_scores[positions[i]] = scores[i];
    }
  }
  ++step_;
  mask_next();
}

}  // namespace raygen::engine
