#include "sampling/sampler.hpp"

#include "compute/compute.hpp"
#include "error.hpp"
#include "noise/tensor_noise.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace raygen::engine {

namespace {

void check_shape(const at::Tensor& given, at::IntArrayRef expected, const char* what) {
  if (given.sizes() != expected) {
    fail(Status::invalid_argument, "{} are [{}]; [{},{}] was expected", what,
         fmt::join(given.sizes(), ","), expected[0], expected[1]);
  }
}

struct Start {
  at::Tensor tokens, editable;  // V where a token is drawn
};

/// On the CPU, as check_start() says.
Start checked(const SamplerStart& start, std::int64_t images, const Grid& grid,
              std::int64_t codebook) {
  const std::int64_t shape[] = {images, grid.tokens()};
  at::Tensor tokens, editable;
  if (start.tokens.defined()) {
    check_shape(start.tokens, shape, "the start tokens");
    tokens = start.tokens.to(at::kCPU, at::kLong);
  } else {
    tokens = at::full(shape, codebook, at::kLong);
  }
  if (start.editable.defined()) {
    check_shape(start.editable, shape, "the editable positions");
    editable = start.editable.to(at::kCPU, at::kBool);
  } else {
    editable = tokens == codebook;
  }
  const at::Tensor outside = (tokens < 0).logical_or(tokens > codebook).nonzero();
  if (outside.size(0) > 0) {
    const auto b = outside[0][0].item<std::int64_t>(), i = outside[0][1].item<std::int64_t>();
    fail(Status::invalid_argument, "start token {} of image {} is {}; 0 to {} was expected", i, b,
         tokens[b][i].item<std::int64_t>(), codebook);
  }
  const at::Tensor missing = (tokens == codebook).logical_and(editable.logical_not()).nonzero();
  if (missing.size(0) > 0) {
    fail(Status::invalid_argument,
         "start token {} of image {} is {}, the mask, and is not editable; a token to keep was "
         "expected",
         missing[0][1].item<std::int64_t>(), missing[0][0].item<std::int64_t>(), codebook);
  }
  const at::Tensor idle = editable.any(1).logical_not().nonzero();
  if (idle.size(0) > 0) {
    fail(Status::invalid_argument, "image {} has no editable position; at least one was expected",
         idle[0][0].item<std::int64_t>());
  }
  return {tokens.masked_fill(editable, codebook), editable};
}

/// int64 [K,B] on the CPU: what the schedule masks before each step, counted over the editable
/// positions of each image.
at::Tensor count_masked(const Schedule& schedule, std::int64_t steps, const at::Tensor& editable) {
  const at::Tensor available = editable.sum(1),
                   counts = at::empty({steps, editable.size(0)}, at::kLong);
  const std::int64_t* const most = available.const_data_ptr<std::int64_t>();
  std::int64_t* out = counts.mutable_data_ptr<std::int64_t>();
  for (std::int64_t step = 0; step < steps; ++step) {
    std::map<std::int64_t, std::int64_t> known;  // most images have as many positions as the first
    for (std::int64_t b = 0; b < editable.size(0); ++b) {
      const auto [entry, fresh] = known.try_emplace(most[b]);
      if (fresh) entry->second = std::min(schedule.masked(step, steps, most[b]), most[b]);
      *out++ = entry->second;
    }
  }
  return counts;
}

}  // namespace

void check_start(const SamplerStart& start, std::int64_t images, const Grid& grid,
                 std::int64_t codebook) {
  checked(start, images, grid, codebook);
}

Sampler::Sampler(Grid grid, std::int64_t codebook, const std::vector<ImageKey>& images,
                 const SamplingOptions& options, const SamplerStart& start, at::Device device)
    : schedule_(make_schedule(options)),
      position_choice_(make_position_choice(options)),
      token_choice_(make_token_choice(options)) {
  const auto [tokens, editable] =
      checked(start, static_cast<std::int64_t>(images.size()), grid, codebook);
  counts_ = count_masked(*schedule_, options.steps, editable);
  device_counts_ = counts_.to(device);
  most_ = counts_.max().item<std::int64_t>();
  state_.grid = grid;
  state_.codebook = codebook;
  state_.steps = options.steps;
  state_.tokens = tokens.to(device);
  state_.editable = state_.drawn = editable.to(device);
  state_.confidence = editable.logical_not().to(device, at::kFloat);
  state_.keys = noise_keys(images).to(device);
  finite_ = at::ones({}, at::TensorOptions(device).dtype(at::kBool));
  mask_next();
}

std::int64_t Sampler::masked_count(std::int64_t b) const {
  return done() ? 0 : counts_.const_data_ptr<std::int64_t>()[state_.step * batch() + b];
}

bool Sampler::all_masked() const {
  bool all = !done();
  for (std::int64_t b = 0; b < batch(); ++b) all = all && masked_count(b) == grid().tokens();
  return all;
}

SamplerState Sampler::image(std::int64_t b) const {
  SamplerState one = state_;
  for (at::Tensor* tensor :
       {&one.tokens, &one.confidence, &one.editable, &one.drawn, &one.counts, &one.keys})
    *tensor = tensor->narrow(0, b, 1);
  return one;
}

// Image by image on a CPU: ties of a topk, and loops over vectors with their remainders, might see
// the neighbours otherwise.
at::Tensor Sampler::choose(std::int64_t n) const {
  if (!by_image()) return position_choice_->choose(state_, n);
  const at::Tensor positions = at::zeros({batch(), n}, at::kLong);
  for (std::int64_t b = 0; b < batch(); ++b) {
    const std::int64_t count = masked_count(b);
    positions.narrow(0, b, 1).narrow(1, 0, count).copy_(position_choice_->choose(image(b), count));
  }
  return positions;
}

Draw Sampler::draw(const at::Tensor& logits) const {
  if (!by_image()) return token_choice_->draw(logits, masked_, state_);
  const Draw all{at::zeros_like(masked_), at::zeros(masked_.sizes(), at::kFloat)};
  for (std::int64_t b = 0; b < batch(); ++b) {
    const auto own = [&, count = masked_count(b)](const at::Tensor& tensor) {
      return tensor.narrow(0, b, 1).narrow(1, 0, count);
    };
    const Draw one = token_choice_->draw(own(logits), own(masked_), image(b));
    own(all.tokens).copy_(one.tokens);
    own(all.confidence).copy_(one.confidence);
  }
  return all;
}

void Sampler::mask_next() {
  if (done()) {
    tokens_ = state_.tokens;
    masked_ = slots_ = at::empty({batch(), 0}, tokens_.options());
    return;
  }
  state_.counts = device_counts_[state_.step];
  std::int64_t n = most_;  // one shape for every step
  if (by_image()) n = counts_[state_.step].max().item<std::int64_t>();
  const at::Tensor ranks = at::arange(n, state_.tokens.options()),
                   counts = state_.counts.unsqueeze(1);
  slots_ = ranks.minimum(counts - 1);
  masked_ = std::get<0>(choose(n).masked_fill(ranks >= counts, grid().tokens()).sort(1))
                .gather(1, slots_);
  tokens_ = state_.tokens.scatter(1, masked_, state_.codebook);
}

void Sampler::step(const at::Tensor& logits) {
  if (done()) fail(Status::invalid_argument, "all {} steps of the sampler are done", state_.steps);
  if (!by_image()) {
    finite_ = finite_.bitwise_and((logits * 0 == 0).all());
  } else if (!is_finite(logits)) {
    fail(Status::numeric, "the logits of step {} hold NaN or infinity", state_.step);
  }
  // A repeated position is written with what its first row drew.
  const Draw drawn = draw(logits);
  const auto written = [&](const at::Tensor& values) { return values.gather(1, slots_); };
  state_.tokens = state_.tokens.scatter(1, masked_, written(drawn.tokens));
  state_.confidence = state_.confidence.scatter(1, masked_, written(drawn.confidence));
  state_.drawn = at::zeros_like(state_.editable).scatter(1, masked_, true);
  ++state_.step;
  mask_next();
}

void Sampler::check() const {
  if (!by_image() && !finite_.item<bool>())
    fail(Status::numeric, "the logits of a step hold NaN or infinity");
}

}  // namespace raygen::engine
