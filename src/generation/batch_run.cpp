#include "generation/batch_run.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace raygen::engine {

namespace {

std::vector<std::int32_t> values_of(const at::Tensor& tokens) {  // int32 [N] on the CPU
  const auto* const values = tokens.const_data_ptr<std::int32_t>();
  return {values, values + tokens.numel()};
}

std::vector<std::uint8_t> marks(const at::Tensor& which) {  // bool [N] on the CPU
  const bool* const values = which.const_data_ptr<bool>();
  return {values, values + which.numel()};
}

}  // namespace

Grid grid_of(const Model& model) {
  const std::int64_t side = model.architecture<VqganArchitecture>().grid();
  return {side, side};
}

/// As the session computes; not while the host's callback runs.
template <typename Action>
void BatchRun::guarded(const Action& action) {
  const HostGuard guard(session_.model().compute(), session_.model().options().threads);
  action();
}

std::vector<GeneratedImage> BatchRun::run(std::vector<PromptMix> prompts,
                                          const std::vector<std::size_t>& numbers) {
  const Sampler sampler = drawn(std::move(prompts), numbers);
  sampler.check();
  std::vector<Image> pictures = std::exchange(previews_, {});
  if (pictures.empty()) pictures = session_.decode_tokens(sampler.filled(), options_.job);
  const at::Tensor tokens = sampler.filled().to(at::kCPU, at::kInt),
                   steps = sampler.steps_taken().to(at::kCPU);
  std::vector<GeneratedImage> images;
  for (std::size_t b = 0; b < pictures.size(); ++b) {
    const auto row = static_cast<std::int64_t>(b);
    images.push_back({std::move(pictures[b]), values_of(tokens[row]),
                      steps.const_data_ptr<std::int64_t>()[row]});
  }
  return images;
}

Sampler BatchRun::drawn(std::vector<PromptMix> prompts, const std::vector<std::size_t>& numbers) {
  const auto batch = static_cast<std::int64_t>(prompts.size());
  std::optional<Sampler> sampler;
  guarded([&] { sampler.emplace(start(numbers)); });
  StepLogits step_logits(session_, std::move(prompts), options_.job);
  const bool told = static_cast<bool>(options_.progress);
  const auto idle = [&] {
    bool answer = false;
    guarded([&] { answer = told ? sampler->idle() : sampler->was_idle(); });
    return answer;
  };
  while (!sampler->done() && !idle()) {
    check_cancelled(options_.job);
    std::vector<std::int64_t> before;  // what the host is told; else nobody asks
    for (std::int64_t b = 0; told && b < batch; ++b) before.push_back(sampler->masked_count(b));
    const at::Tensor drawn_from = step_logits.of(*sampler);
    guarded([&] { sampler->step(drawn_from); });
    if (told) previews_ = report(*sampler, before, numbers);
  }
  return std::move(*sampler);
}

Sampler BatchRun::start(const std::vector<std::size_t>& numbers) const {
  const Model& model = session_.model();
  std::vector<ImageKey> keys;
  std::vector<SamplingOptions> sampling;
  std::vector<std::int64_t> rows;
  for (const std::size_t i : numbers) {
    keys.push_back(options_.noise_key(i));
    sampling.push_back(options_.sampling_of(i));
    rows.push_back(static_cast<std::int64_t>(i));
  }
  const auto own = [&](const at::Tensor& all) {
    return all.defined()
               ? all.index_select(
                     0, at::tensor(rows, at::TensorOptions(all.device()).dtype(at::kLong)))
               : all;
  };
  return {grid_of(model),
          model.codebook(),
          keys,
          sampling,
          {own(options_.start_tokens), own(options_.editable)},
          model.compute().device};
}

/// Tells the host of the step of every image that drew something, as `drawn` counts. Returns the
/// previews of all, if it wants any.
std::vector<Image> BatchRun::report(const Sampler& sampler, const std::vector<std::int64_t>& drawn,
                                    const std::vector<std::size_t>& numbers) {
  std::vector<Image> previews;
  if (options_.preview) previews = session_.decode_tokens(sampler.filled(), options_.job);
  const at::Tensor tokens = sampler.filled().to(at::kCPU, at::kInt),
                   masked = sampler.tokens().eq(session_.model().codebook()).to(at::kCPU);
  for (std::int64_t b = 0; b < sampler.batch(); ++b) {
    const std::size_t offset = static_cast<std::size_t>(b);
    if (drawn[offset] == 0) continue;
    const std::vector<std::int32_t> own = values_of(tokens[b]);
    const std::vector<std::uint8_t> own_masked = marks(masked[b]);
    const Progress progress{options_.key(numbers[offset]).image,
                            numbers[offset],
                            image_count_,
                            sampler.step_index(),
                            sampler.steps(b),
                            &own,
                            sampler.masked_count(b),
                            options_.preview ? &previews[offset] : nullptr,
                            &own_masked,
                            options_.attempt(numbers[offset])};
    if (!options_.progress(progress))
      fail(Status::cancelled, "the progress callback asked to stop after step {} of image {}",
           progress.step, progress.image);
  }
  return previews;
}

}  // namespace raygen::engine
