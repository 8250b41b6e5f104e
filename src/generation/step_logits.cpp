#include "generation/step_logits.hpp"

#include "compute/host_guard.hpp"
#include "sampling/guidance.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

at::Tensor StepLogits::of(const Sampler& sampler) {
  choose_branches(sampler);
  const at::Tensor logits = run(sampler);
  if (each_image_once(sampler.batch())) return logits;  // the original's: nothing to put together
  const HostGuard guard(session_.model().compute(), session_.model().options().threads);
  return combined(sampler, logits);
}

/// Image by image, an image's prompts first.
void StepLogits::choose_branches(const Sampler& sampler) {
  std::vector<Branch> branches;
  std::vector<Condition> conditions;
  const bool on_cpu = sampler.tokens().is_cpu();  // elsewhere every step has one shape
  for (std::int64_t b = 0; b < sampler.batch(); ++b) {
    if (on_cpu && sampler.masked_count(b) == 0) continue;
    const PromptMix& mix = images_[static_cast<std::size_t>(b)];
    for (std::size_t i = 0; i < mix.prompts.size(); ++i) {
      branches.push_back({b, mix.weights[i]});
      conditions.push_back(mix.prompts[i]);
    }
    const SamplingOptions& options = sampler.options(b);
    if (guidance_at(options, sampler.step_index()) == 1) continue;
    branches.push_back({b, 0});
    conditions.push_back(away_from(options.negative_prompt));
  }
  const auto same = [](const Branch& left, const Branch& right) {
    return left.image == right.image && left.weight == right.weight;
  };
  if (std::equal(branches.begin(), branches.end(), branches_.begin(), branches_.end(), same))
    return;
  branches_ = std::move(branches);
  condition_ = Condition::join(conditions);
  std::vector<std::int64_t> images;
  for (const Branch& branch : branches_) images.push_back(branch.image);
  rows_ = at::tensor(images, at::kLong).to(sampler.tokens().device());
}

const Condition& StepLogits::away_from(const std::string& prompt) {
  const auto [entry, fresh] = negative_.try_emplace(prompt);
  if (fresh) entry->second = session_.condition_of(prompt);
  return entry->second;
}

bool StepLogits::each_image_once(std::int64_t images) const {
  bool once = static_cast<std::int64_t>(branches_.size()) == images;
  for (std::size_t i = 0; once && i < branches_.size(); ++i)
    once = branches_[i].image == static_cast<std::int64_t>(i);
  return once;
}

/// float [branches,n,V].
at::Tensor StepLogits::run(const Sampler& sampler) {
  at::Tensor tokens = sampler.tokens(), positions = sampler.masked();
  if (!each_image_once(sampler.batch())) {
    const HostGuard guard(session_.model().compute(), session_.model().options().threads);
    tokens = tokens.index_select(0, rows_);
    positions = positions.index_select(0, rows_);
  }
  return session_.step_logits(condition_, tokens, positions, sampler.all_masked(), job_);
}

at::Tensor StepLogits::combined(const Sampler& sampler, const at::Tensor& logits) const {
  const at::Tensor none = at::zeros_like(logits[0]);  // of an image that draws no more
  std::vector<at::Tensor> images(static_cast<std::size_t>(sampler.batch()));
  for (std::size_t i = 0; i < branches_.size(); ++i) {
    const Branch& branch = branches_[i];
    const at::Tensor own = logits[static_cast<std::int64_t>(i)];
    at::Tensor& image = images[static_cast<std::size_t>(branch.image)];
    if (branch.weight == 0) {
      image = guided(image, own, guidance_at(sampler.options(branch.image), sampler.step_index()));
    } else if (branch.weight == 1) {
      image = own;
    } else {
      image = image.defined() ? image + own * branch.weight : own * branch.weight;
    }
  }
  for (at::Tensor& image : images)
    if (!image.defined()) image = none;
  return at::stack(images);
}

}  // namespace raygen::engine
