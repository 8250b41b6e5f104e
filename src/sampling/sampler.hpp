#pragma once
// The unmasking loop: a schedule says how many positions are masked, a position choice says which,
// a token choice draws them.

#include "sampling/options.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace raygen::engine {

/// How many of N positions are masked before each of K steps.
class Schedule {
 public:
  virtual ~Schedule() = default;
  virtual std::int64_t masked(std::int64_t step, std::int64_t steps, std::int64_t tokens) const = 0;
};

/// What the noise of one draw depends on.
struct DrawKey {
  std::uint64_t seed;
  std::uint64_t image;
  std::uint32_t step;
};

/// Which positions of one image are masked before a step, given the scores that the token choice
/// left.
class PositionChoice {
 public:
  virtual ~PositionChoice() = default;
  /// scores: float [N]. Returns n positions, ascending; none that was known before, as long as n
  /// does not grow.
  virtual std::vector<std::int32_t> choose(const at::Tensor& scores, std::int64_t n,
                                           const DrawKey& key) const = 0;
};

struct Draw {
  at::Tensor tokens;  // int32 [n]
  at::Tensor scores;  // float [n]: the higher, the sooner the position is masked again
};

/// Draws tokens for n positions from their logits.
class TokenChoice {
 public:
  virtual ~TokenChoice() = default;
  /// logits: float [n,V] on the CPU; positions: [n]; progress through the run: step of steps.
  virtual Draw draw(const at::Tensor& logits, const std::vector<std::int32_t>& positions,
                    const DrawKey& key, std::int64_t step, std::int64_t steps) const = 0;
};

/// By the names that options.def lists. Throw Error(invalid_argument) for any other.
std::unique_ptr<Schedule> make_schedule(const SamplingOptions& options);
std::unique_ptr<PositionChoice> make_position_choice(const SamplingOptions& options);
std::unique_ptr<TokenChoice> make_token_choice(const SamplingOptions& options);

/// Drives B images together. All of them have the same number of masked positions at every step.
class Sampler {
 public:
  /// images: their indices (noise keys). tokens N, codebook V: V is the mask's id.
  Sampler(std::int64_t tokens, std::int64_t codebook, std::uint64_t seed,
          std::vector<std::uint64_t> images, const SamplingOptions& options);
  bool done() const { return step_ == options_.steps; }
  std::int64_t step_index() const { return step_; }
  std::int64_t steps() const { return options_.steps; }
  std::int64_t batch() const { return static_cast<std::int64_t>(images_.size()); }
  std::int64_t token_count() const { return token_count_; }
  /// [B,N]: masked positions hold V, until done.
  const std::vector<std::int32_t>& tokens() const { return tokens_; }
  /// [B,N]: the tokens before the next step's masking; complete from the first step on.
  const std::vector<std::int32_t>& filled() const { return filled_; }
  /// [B,n] ascending.
  const std::vector<std::int32_t>& masked() const { return masked_; }
  std::int64_t masked_count() const { return masked_count_; }
  /// logits: float [B,n,V], contiguous, on the CPU. Throws Error(numeric) when they are not finite.
  void step(const at::Tensor& logits);

 private:
  DrawKey key_of(std::int64_t b) const;
  void mask_next();

  SamplingOptions options_;
  std::int64_t token_count_, codebook_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> images_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<PositionChoice> position_choice_;
  std::unique_ptr<TokenChoice> token_choice_;
  std::int64_t step_ = 0, masked_count_ = 0;
  std::vector<std::int32_t> tokens_, filled_, masked_;
  at::Tensor scores_;  // float [B,N]
};

}  // namespace raygen::engine
