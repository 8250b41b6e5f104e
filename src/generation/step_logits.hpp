#pragma once
// The logits of a step for a batch of images: those of each image's prompts, mixed, and pushed away
// from those of another prompt.

#include "model/session.hpp"
#include "sampling/sampler.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace raygen::engine {

/// What an image is asked to show: Σ w logits(prompt), whose weights sum up to 1.
struct PromptMix {
  std::vector<Condition> prompts;  // of one prompt each
  std::vector<double> weights;
};

class StepLogits {
 public:
  StepLogits(Session& session, std::vector<PromptMix> images, const Job* job)
      : session_(session), images_(std::move(images)), job_(job) {}

  /// float [B,n,V] for the sampler's masked positions. The masked decoder runs once, for all images
  /// that still draw, all their prompts, and what guidance pushes away from.
  at::Tensor of(const Sampler& sampler);

 private:
  struct Branch {
    std::int64_t image;
    double weight;  // of a prompt; 0: what guidance pushes away from
  };

  void choose_branches(const Sampler& sampler);
  const Condition& away_from(const std::string& prompt);
  bool each_image_once(std::int64_t images) const;
  at::Tensor run(const Sampler& sampler);
  at::Tensor combined(const Sampler& sampler, const at::Tensor& logits) const;

  Session& session_;
  std::vector<PromptMix> images_;
  const Job* job_;
  std::map<std::string, Condition> negative_;
  std::vector<Branch> branches_;  // of the step that condition_ was made for
  Condition condition_;
  at::Tensor rows_;  // int64, on the device: the branches' images
};

}  // namespace raygen::engine
