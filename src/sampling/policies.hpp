#pragma once
// What the loop asks at every step: how many positions are masked, which they are, which tokens are
// drawn for them, and which of the tokens that were kept are drawn again.

#include "sampling/options.hpp"
#include "sampling/state.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen::engine {

/// How many of N positions are masked before each of K steps.
class Schedule {
 public:
  virtual ~Schedule() = default;
  /// All before step 0; at least one, and never more than before the step before.
  virtual std::int64_t masked(std::int64_t step, std::int64_t steps, std::int64_t tokens) const = 0;
};

struct Draw {
  at::Tensor tokens;      // int64 [B,n]
  at::Tensor confidence;  // float [B,n]: the probability that the model gave them
  at::Tensor finite{};  // bool [B,n]: whether the logits were, where the draw looked; or undefined
};

/// Which positions are masked before a step. On a CPU the state is that of one image, elsewhere
/// that of a batch; nothing may be read back from its tensors.
class PositionChoice {
 public:
  virtual ~PositionChoice() = default;
  /// int64 [B,n]: positions that were drawn by the last step, none of them twice, those that must
  /// be masked first. An image that masks fewer than n takes state.counts of them from the front.
  virtual at::Tensor choose(const SamplerState& state, std::int64_t n) const = 0;
  /// float [B,n]: what choose() will want to know of the logits [B,n,V] that were drawn from. It
  /// comes back in state.scores.
  virtual at::Tensor scores(const at::Tensor& logits, const Draw& draw,
                            const SamplerState& state) const;
  /// Whether counts() replaces what the schedule says from the second step on.
  virtual bool counts_itself() const { return false; }
  /// int64 [B]: how many positions are masked before this step; 0 ends an image.
  virtual at::Tensor counts(const SamplerState& state) const;
};

/// Draws tokens for some positions from their logits. The state is as for a PositionChoice.
class TokenChoice {
 public:
  virtual ~TokenChoice() = default;
  /// logits: float [B,n,V]; positions: int64 [B,n].
  virtual Draw draw(const at::Tensor& logits, const at::Tensor& positions,
                    const SamplerState& state) const = 0;
};

/// Which kept tokens are masked again, in place of some of those that the position choice names:
/// the schedule's count is held. The state is as for a PositionChoice.
class Remasking {
 public:
  virtual ~Remasking() = default;
  /// float [B,N]: the probability that a kept token is masked again before this step. Positions
  /// that were not kept may hold anything.
  virtual at::Tensor probability(const SamplerState& state) const = 0;
  /// The step and the number of steps that the schedule is asked for in place of these.
  struct Place {
    std::int64_t step, steps;
  };
  virtual Place place(std::int64_t step, std::int64_t steps) const { return {step, steps}; }
};

/// The names under which options.def knows the policies, in the order of policies.def.
const std::vector<std::string>& schedule_names();
const std::vector<std::string>& position_choice_names();
const std::vector<std::string>& token_choice_names();
const std::vector<std::string>& remasking_names();

/// The policies that the options name. Throw Error(invalid_argument) when there is none of a name.
std::unique_ptr<Schedule> make_schedule(const SamplingOptions& options);
std::unique_ptr<PositionChoice> make_position_choice(const SamplingOptions& options);
std::unique_ptr<TokenChoice> make_token_choice(const SamplingOptions& options);
/// NULL for "none".
std::unique_ptr<Remasking> make_remasking(const SamplingOptions& options);

// One function a policy: make_cosine_schedule, make_confidence_positions, make_gumbel_tokens …
#define RAYGEN_SCHEDULE(name) \
  std::unique_ptr<Schedule> make_##name##_schedule(const SamplingOptions& options);
#define RAYGEN_POSITION_CHOICE(name) \
  std::unique_ptr<PositionChoice> make_##name##_positions(const SamplingOptions& options);
#define RAYGEN_TOKEN_CHOICE(name) \
  std::unique_ptr<TokenChoice> make_##name##_tokens(const SamplingOptions& options);
#define RAYGEN_REMASKING(name) \
  std::unique_ptr<Remasking> make_##name##_remasking(const SamplingOptions& options);
#include "sampling/policies.def"

}  // namespace raygen::engine
