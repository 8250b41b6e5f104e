#pragma once
// The sampling loop over one batch of images.

#include "generation/generator.hpp"
#include "generation/step_logits.hpp"
#include "sampling/sampler.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace raygen::engine {

/// The grid of a model's tokens.
Grid grid_of(const Model& model);

/// Runs of the sampling loop, a batch of images each.
class BatchRun {
 public:
  BatchRun(Session& session, const GenerateOptions& options, std::size_t image_count)
      : session_(session), options_(options), image_count_(image_count) {}

  /// numbers: of the images within the call.
  std::vector<GeneratedImage> run(std::vector<PromptMix> prompts,
                                  const std::vector<std::size_t>& numbers);

  /// The first half of run(): draws all tokens. Off the CPU nothing is read back, unless the host
  /// has a callback that is told of every step; a policy that counts by itself is known to be done
  /// two steps late.
  Sampler drawn(std::vector<PromptMix> prompts, const std::vector<std::size_t>& numbers);

 private:
  template <typename Action>
  void guarded(const Action& action);
  Sampler start(const std::vector<std::size_t>& numbers) const;
  std::vector<Image> report(const Sampler& sampler, const std::vector<std::int64_t>& drawn,
                            const std::vector<std::size_t>& numbers);

  Session& session_;
  const GenerateOptions& options_;
  std::size_t image_count_;
  std::vector<Image> previews_;  // of the last step, where the host wants them
};

}  // namespace raygen::engine
