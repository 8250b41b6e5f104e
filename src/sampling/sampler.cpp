#include "sampling/sampler.hpp"

#include "compute/compute.hpp"
#include "error.hpp"
#include "noise/sampling_noise.hpp"
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

/// What the schedule masks before each of the steps of an image that draws `available` tokens.
std::vector<std::int64_t> masked_counts(const Schedule& schedule, const Remasking* remasking,
                                        std::int64_t steps, std::int64_t available) {
  std::vector<std::int64_t> counts;
  for (std::int64_t step = 0; step < steps; ++step) {
    const Remasking::Place place =
        remasking != nullptr ? remasking->place(step, steps) : Remasking::Place{step, steps};
    counts.push_back(std::min(schedule.masked(place.step, place.steps, available), available));
  }
  return counts;
}

/// at::where, which has no kernel for tensors without memory.
at::Tensor either(const at::Tensor& condition, const at::Tensor& then,
                  const at::Tensor& otherwise) {
  return then.masked_fill(condition.bitwise_not(), 0) + otherwise.masked_fill(condition, 0);
}

/// `positions`, int64 [B,n], the most urgent first, with the least urgent of them replaced by kept
/// tokens that chance masks again.
at::Tensor with_remasked(const at::Tensor& positions, const Remasking& remasking,
                         const SamplerState& state) {
  const at::Tensor noise =
      noise_of_positions(state.keys, remasking_noise(state.step), state.grid.tokens());
  const at::Tensor remasked = (noise < remasking.probability(state))
                                  .bitwise_and(state.editable)
                                  .bitwise_and(state.drawn.bitwise_not());
  // Chosen ones count 1 and less, by rank; masked again: between 1 and 2, the least noise first.
  const std::int64_t n = positions.size(1);
  const at::Tensor ranks =
      at::arange(n, 0, -1, state.confidence.options()).div_(static_cast<double>(n));
  const at::Tensor chosen =
      at::zeros_like(state.confidence).scatter(1, positions, ranks.expand_as(positions));
  return std::get<1>(at::topk(either(remasked, 2 - noise, chosen), n, 1));
}

}  // namespace

void check_start(const SamplerStart& start, std::int64_t images, const Grid& grid,
                 std::int64_t codebook) {
  checked(start, images, grid, codebook);
}

Sampler::Sampler(Grid grid, std::int64_t codebook, const std::vector<ImageKey>& images,
                 const SamplingOptions& options, const SamplerStart& start, at::Device device)
    : Sampler(grid, codebook, images, std::vector<SamplingOptions>(images.size(), options), start,
              device) {}

Sampler::Sampler(Grid grid, std::int64_t codebook, const std::vector<ImageKey>& images,
                 const std::vector<SamplingOptions>& options, const SamplerStart& start,
                 at::Device device) {
  const auto [tokens, editable] =
      checked(start, static_cast<std::int64_t>(images.size()), grid, codebook);
  state_.grid = grid;
  state_.codebook = codebook;
  state_.tokens = tokens.to(device);
  state_.editable = state_.drawn = editable.to(device);
  state_.confidence = state_.scores = editable.logical_not().to(device, at::kFloat);
  state_.keys = noise_keys(images).to(device);
  finite_ = at::ones({}, at::TensorOptions(device).dtype(at::kBool));
  taken_ = at::zeros({batch()}, at::TensorOptions(device).dtype(at::kLong));
  add_policies(options);
  group_images();
  plan(editable.sum(1));
  mask_next();
}

void Sampler::add_policies(const std::vector<SamplingOptions>& options) {
  for (const SamplingOptions& own : options) {
    const auto known = std::find_if(policies_.begin(), policies_.end(),
                                    [&](const Policies& each) { return each.options == own; });
    policies_of_image_.push_back(static_cast<std::size_t>(known - policies_.begin()));
    if (known == policies_.end()) {
      policies_.push_back({own, make_schedule(own), make_position_choice(own),
                           make_token_choice(own), make_remasking(own)});
    }
    state_.steps = std::max(state_.steps, own.steps);
  }
}

// Image by image on a CPU: ties of a topk, and loops over vectors with their remainders, might see
// the neighbours otherwise.
void Sampler::group_images() {
  for (std::int64_t b = 0; b < batch(); ++b) {
    if (!by_image() && b > 0 && &policies(b) == &policies(b - 1)) {
      ++groups_.back().count;
    } else {
      groups_.push_back({b, 1});
    }
  }
}

/// What the schedules mask, counted over the `available`, int64 [B], positions of each image.
void Sampler::plan(const at::Tensor& available) {
  counts_ = at::zeros({state_.steps, batch()}, at::kLong);
  std::map<std::pair<const Policies*, std::int64_t>, std::vector<std::int64_t>> known;
  for (std::int64_t b = 0; b < batch(); ++b) {
    const Policies& own = policies(b);
    const auto most = available[b].item<std::int64_t>();
    const auto [entry, fresh] = known.try_emplace({&own, most});
    if (fresh)
      entry->second = masked_counts(*own.schedule, own.remasking.get(), own.options.steps, most);
    counts_.select(1, b)
        .narrow(0, 0, own.options.steps)
        .copy_(at::tensor(entry->second, at::kLong));
    may_idle_ =
        may_idle_ || own.options.steps < state_.steps || own.position_choice->counts_itself();
  }
  device_counts_ = counts_.to(state_.tokens.device());
  most_ = counts_.max().item<std::int64_t>();
}

const Sampler::Policies& Sampler::policies(std::int64_t b) const {
  return policies_[policies_of_image_[static_cast<std::size_t>(b)]];
}

std::int64_t Sampler::masked_count(std::int64_t b) const {
  if (done()) return 0;
  const auto planned = counts_.const_data_ptr<std::int64_t>()[state_.step * batch() + b];
  const bool asked = !by_image() && planned > 0 && policies(b).position_choice->counts_itself();
  return asked ? state_.counts[b].item<std::int64_t>() : planned;
}

bool Sampler::idle() const {
  return !done() && !by_image() && may_idle_ && !state_.counts.any().item<bool>();
}

bool Sampler::counts_itself() const {
  return std::any_of(policies_.begin(), policies_.end(),
                     [](const Policies& own) { return own.position_choice->counts_itself(); });
}

bool Sampler::was_idle() {
  constexpr std::size_t behind = 2;
  if (done() || by_image() || !counts_itself()) return false;
  idle_flags_.push(state_.counts.any().bitwise_not());
  return idle_flags_.size() > behind && idle_flags_.pop();
}

bool Sampler::all_masked() const {
  // Nothing is kept before the first step, and off the CPU nobody asks what policies count later.
  return !done() && (by_image() || state_.step == 0) &&
         (counts_[state_.step] == grid().tokens()).all().item<bool>();
}

SamplerState Sampler::state_of(const Group& group) const {
  SamplerState own = state_;
  own.steps = policies(group.first).options.steps;
  if (group.count == batch()) return own;
  for (at::Tensor* tensor : {&own.tokens, &own.confidence, &own.scores, &own.editable, &own.drawn,
                             &own.counts, &own.counts_before, &own.keys})
    *tensor = tensor->narrow(0, group.first, group.count);
  return own;
}

/// The counts before the next step, where a policy counts by itself.
void Sampler::count_next() {
  state_.counts_before = state_.step == 0 ? device_counts_[0] : state_.counts;
  state_.counts = device_counts_[state_.step];
  if (state_.step == 0) return;
  for (const Group& group : groups_) {
    const PositionChoice& choice = *policies(group.first).position_choice;
    if (!choice.counts_itself()) continue;
    const SamplerState own = state_of(group);
    // Nothing is left after the last step, whatever the policy wants.
    const at::Tensor counts = choice.counts(own).clamp_min(0).minimum(own.counts * grid().tokens());
    device_counts_[state_.step].narrow(0, group.first, group.count).copy_(counts);
  }
  state_.counts = device_counts_[state_.step];
}

at::Tensor Sampler::choose(std::int64_t n) const {
  const at::Tensor positions = at::zeros({batch(), n}, state_.tokens.options());
  for (const Group& group : groups_) {
    const Policies& own = policies(group.first);
    const std::int64_t count = by_image() ? masked_count(group.first) : n;
    if (count == 0) continue;
    const SamplerState state = state_of(group);
    at::Tensor chosen = own.position_choice->choose(state, count);
    if (own.remasking != nullptr && state_.step > 0)
      chosen = with_remasked(chosen, *own.remasking, state);
    if (group.count == batch() && count == n) return chosen;
    positions.narrow(0, group.first, group.count).narrow(1, 0, count).copy_(chosen);
  }
  return positions;
}

Sampler::Drawn Sampler::draw(const at::Tensor& logits) const {
  const auto zeros = [&] { return at::zeros(masked_.sizes(), state_.confidence.options()); };
  const Drawn all{{at::zeros_like(masked_), zeros()}, zeros()};
  for (const Group& group : groups_) {
    const Policies& policies_of_group = policies(group.first);
    const std::int64_t count = by_image() ? masked_count(group.first) : masked_count();
    if (count == 0) continue;
    const auto own = [&](const at::Tensor& tensor) {
      return tensor.narrow(0, group.first, group.count).narrow(1, 0, count);
    };
    const SamplerState state = state_of(group);
    const Draw draw = policies_of_group.token_choice->draw(own(logits), own(masked_), state);
    const at::Tensor scores = policies_of_group.position_choice->scores(own(logits), draw, state);
    if (group.count == batch() && count == masked_count()) return {draw, scores};
    own(all.draw.tokens).copy_(draw.tokens);
    own(all.draw.confidence).copy_(draw.confidence);
    own(all.scores).copy_(scores);
  }
  return all;
}

void Sampler::mask_next() {
  std::int64_t n = 0;
  if (state_.step < state_.steps) {
    count_next();
    n = by_image() ? counts_[state_.step].max().item<std::int64_t>()
                   : most_;  // one shape for every step
  }
  done_ = n == 0;
  if (done_) {
    tokens_ = state_.tokens;
    masked_ = slots_ = at::empty({batch(), 0}, tokens_.options());
    return;
  }
  const at::Tensor ranks = at::arange(n, state_.tokens.options()),
                   counts = state_.counts.unsqueeze(1), idle = counts == 0;
  slots_ = ranks.minimum((counts - 1).clamp_min(0));
  masked_ = std::get<0>(choose(n).masked_fill(ranks >= counts, grid().tokens()).sort(1))
                .gather(1, slots_)
                .masked_fill(idle, 0);
  tokens_ = state_.tokens.scatter(1, masked_, state_.codebook);
  if (may_idle_) tokens_ = either(idle, state_.tokens, tokens_);
}

void Sampler::step(const at::Tensor& logits) {
  if (done()) fail(Status::invalid_argument, "all {} steps of the sampler are done", state_.steps);
  const at::Tensor idle = (state_.counts == 0).unsqueeze(1);
  if (by_image() && !is_finite(may_idle_ ? logits.masked_fill(idle.unsqueeze(2), 0) : logits))
    fail(Status::numeric, "the logits of step {} hold NaN or infinity", state_.step);
  // A repeated position is written with what its first row drew.
  const Drawn drawn = draw(logits);
  if (!by_image()) {
    const at::Tensor finite =
        drawn.draw.finite.defined() ? drawn.draw.finite : (logits * 0 == 0).all(-1);
    finite_ = finite_.bitwise_and(finite.bitwise_or(idle).all());
  }
  taken_.add_(state_.counts > 0);
  const auto put = [&](at::Tensor& into, const at::Tensor& values) {
    const at::Tensor after = into.scatter(1, masked_, values.gather(1, slots_));
    into = may_idle_ ? either(idle, into, after) : after;
  };
  put(state_.tokens, drawn.draw.tokens);
  put(state_.confidence, drawn.draw.confidence);
  put(state_.scores, drawn.scores);
  at::Tensor fresh = at::zeros_like(state_.editable);
  put(fresh, at::ones_like(masked_).to(at::kBool));
  state_.drawn = fresh;
  ++state_.step;
  mask_next();
}

void Sampler::check() const {
  if (!by_image() && !finite_.item<bool>())
    fail(Status::numeric, "the logits of a step hold NaN or infinity");
}

}  // namespace raygen::engine
