#pragma once
// The unmasking loop over a batch: a schedule says how many positions are masked, a position choice
// says which, a token choice draws them, and re-masking gives kept ones up again.

#include "compute/late_flags.hpp"
#include "noise/noise.hpp"
#include "sampling/options.hpp"
#include "sampling/policies.hpp"
#include "sampling/state.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace raygen::engine {

/// What is known of the images beforehand; either may be undefined.
struct SamplerStart {
  at::Tensor tokens;  // int64 [B,N], 0..V-1 where a token is kept, V where one is drawn. Undefined:
                      // all are drawn
  at::Tensor editable;  // bool [B,N]: where tokens are drawn, whatever `tokens` says. Undefined:
                        // where `tokens` is V
};

/// Throws Error(invalid_argument) when a token is out of range, a kept one is missing or an image
/// has nothing to draw, naming the row.
void check_start(const SamplerStart& start, std::int64_t images, const Grid& grid,
                 std::int64_t codebook);

/// Drives B images together. Its tensors lie on `device`, and no step reads any of them back. On a
/// CPU the images' numbers are the same to the last bit alone or together; elsewhere every step has
/// one shape.
class Sampler {
 public:
  /// images: a key each. codebook V: V is the mask's id. options: an image's each. start: as
  /// check_start() wants it, on any device.
  Sampler(Grid grid, std::int64_t codebook, const std::vector<ImageKey>& images,
          const std::vector<SamplingOptions>& options, const SamplerStart& start = {},
          at::Device device = at::kCPU);
  /// The same options for all images.
  Sampler(Grid grid, std::int64_t codebook, const std::vector<ImageKey>& images,
          const SamplingOptions& options, const SamplerStart& start = {},
          at::Device device = at::kCPU);

  /// On a CPU also when no image has anything left to draw.
  bool done() const { return done_; }
  std::int64_t step_index() const { return state_.step; }
  /// The most that any image takes.
  std::int64_t steps() const { return state_.steps; }
  /// The most that image b takes: some policies need fewer.
  std::int64_t steps(std::int64_t b) const { return options(b).steps; }
  const SamplingOptions& options(std::int64_t b) const { return policies(b).options; }
  std::int64_t batch() const { return state_.tokens.size(0); }
  const Grid& grid() const { return state_.grid; }
  /// int64 [B,N]: masked positions hold V, until done.
  const at::Tensor& tokens() const { return tokens_; }
  /// int64 [B,N]: the tokens before the next step's masking; complete from the first step on.
  const at::Tensor& filled() const { return state_.tokens; }
  /// int64 [B,n] in ascending order; an image that masks fewer than n repeats its last, one that is
  /// done has 0.
  const at::Tensor& masked() const { return masked_; }
  /// n, 0 when done.
  std::int64_t masked_count() const { return masked_.size(1); }
  /// How many positions of image b are masked; 0: it is done. Reads back off the CPU where a policy
  /// counts by itself.
  std::int64_t masked_count(std::int64_t b) const;
  /// Whether no image has anything left to draw, though there are steps left. Reads back off the
  /// CPU where a policy counts by itself; on a CPU done() says it.
  bool idle() const;
  /// idle() as it was two steps ago, which a device need not be waited for. Where no policy counts
  /// by itself, false.
  bool was_idle();
  /// int64 [B]: how many steps drew something for each image.
  const at::Tensor& steps_taken() const { return taken_; }
  /// Whether every token is V.
  bool all_masked() const;
  /// logits: float32 [B,n,V] on the device; those of an image that is done are not looked at. On a
  /// CPU throws Error(numeric) when they are not finite.
  void step(const at::Tensor& logits);
  /// Throws Error(numeric) when the logits of some step were not finite. Reads back.
  void check() const;

 private:
  struct Policies {
    SamplingOptions options;
    std::unique_ptr<Schedule> schedule;
    std::unique_ptr<PositionChoice> position_choice;
    std::unique_ptr<TokenChoice> token_choice;
    std::unique_ptr<Remasking> remasking;
  };
  /// Images that are worked on together: rows first to first + count - 1.
  struct Group {
    std::int64_t first, count;
  };
  struct Drawn {
    Draw draw;
    at::Tensor scores;
  };

  void add_policies(const std::vector<SamplingOptions>& options);
  void group_images();
  void plan(const at::Tensor& available);
  const Policies& policies(std::int64_t b) const;
  void count_next();
  void mask_next();
  SamplerState state_of(const Group& group) const;
  at::Tensor choose(std::int64_t n) const;
  Drawn draw(const at::Tensor& logits) const;
  bool by_image() const { return state_.tokens.is_cpu(); }
  bool counts_itself() const;

  SamplerState state_;
  std::vector<Policies> policies_;
  std::vector<std::size_t> policies_of_image_;  // [B]
  std::vector<Group> groups_;
  bool may_idle_ = false;              // an image may be done before another
  at::Tensor counts_, device_counts_;  // int64 [K,B]: masked before each step, on the CPU and not
  std::int64_t most_ = 0;              // the largest of counts_
  bool done_ = false;
  at::Tensor tokens_, masked_;
  at::Tensor slots_;   // int64 [B,n]: 0, 1, … up to the image's last, which repeats
  at::Tensor taken_;   // int64 [B]
  at::Tensor finite_;  // bool []: whether all logits were, off the CPU
  LateFlags idle_flags_;
};

}  // namespace raygen::engine
