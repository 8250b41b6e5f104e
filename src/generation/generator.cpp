#include "generation/generator.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "generation/settings.hpp"
#include "sampling/guidance.hpp"
#include "text/basic_tokenizer.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace raygen::engine {

namespace {

/// One prompt's embedding, encoded when its first image is begun, dropped with the batch that no
/// longer needs it.
class Conditions {
 public:
  Conditions(Session& session, const std::vector<std::string_view>& prompts)
      : session_(session), prompts_(prompts) {}

  Condition of(const std::vector<std::size_t>& wanted) {
    std::map<std::size_t, Condition> used;
    std::vector<Condition> rows;
    for (const std::size_t prompt : wanted) {
      if (used.count(prompt) == 0) {
        const auto known = kept_.find(prompt);
        used.emplace(prompt, known != kept_.end() ? known->second : make(prompt));
      }
      rows.push_back(used.at(prompt));
    }
    kept_ = std::move(used);
    return Condition::join(rows);
  }

 private:
  Condition make(std::size_t prompt) {
    if (is_blank(prompts_[prompt])) return session_.empty_condition(1);  // unprompted
    return session_.condition(session_.encode_text({prompts_[prompt]}).normalized);
  }

  Session& session_;
  const std::vector<std::string_view>& prompts_;
  std::map<std::size_t, Condition> kept_;
};

std::vector<std::int32_t> numbers(const at::Tensor& tokens) {  // int32 [N] on the CPU
  const auto* const values = tokens.const_data_ptr<std::int32_t>();
  return {values, values + tokens.numel()};
}

Grid grid_of(const Model& model) {
  const std::int64_t side = model.architecture<VqganArchitecture>().grid();
  return {side, side};
}

/// Runs of the sampling loop, a batch of images each.
class BatchRun {
 public:
  BatchRun(Session& session, const GenerateOptions& options, std::size_t image_count)
      : session_(session), options_(options), image_count_(image_count) {}

  /// first: number of the first image within the call.
  std::vector<GeneratedImage> run(const Condition& condition, std::size_t first) {
    std::optional<Sampler> sampler;
    guarded([&] { sampler.emplace(start(condition.batch(), first)); });
    std::vector<Image> pictures;
    while (!sampler->done()) {
      check_cancelled(options_.job);
      const at::Tensor drawn_from = logits(condition, *sampler);
      guarded([&] { sampler->step(drawn_from); });
      if (options_.progress) pictures = report(*sampler, first);
    }
    sampler->check();
    if (pictures.empty()) pictures = session_.decode_tokens(sampler->filled(), options_.job);
    const at::Tensor tokens = sampler->filled().to(at::kCPU, at::kInt);
    std::vector<GeneratedImage> images;
    for (std::size_t b = 0; b < pictures.size(); ++b)
      images.push_back({std::move(pictures[b]), numbers(tokens[static_cast<std::int64_t>(b)])});
    return images;
  }

 private:
  /// As the session computes; not while the host's callback runs.
  template <typename Action>
  void guarded(const Action& action) {
    const HostGuard guard(session_.model().compute(), session_.model().options().threads);
    action();
  }

  Sampler start(std::int64_t batch, std::size_t first) const {
    const Model& model = session_.model();
    std::vector<ImageKey> keys;
    for (std::int64_t b = 0; b < batch; ++b)
      keys.push_back(options_.key(first + static_cast<std::size_t>(b)));
    const auto own = [&](const at::Tensor& all) {
      return all.defined() ? all.narrow(0, static_cast<std::int64_t>(first), batch) : all;
    };
    return {grid_of(model),
            model.codebook(),
            keys,
            options_.sampling,
            {own(options_.start_tokens), own(options_.editable)},
            model.compute().device};
  }

  at::Tensor logits(const Condition& condition, const Sampler& sampler) {
    const auto of = [&](const Condition& text) {
      return session_.logits(text, sampler.tokens(), sampler.masked(), sampler.all_masked(),
                             options_.job);
    };
    const double scale = options_.sampling.guidance_scale;
    if (scale == 1) return of(condition);  // the original's, and half the work
    if (away_.batch() == 0) away_ = away();
    const at::Tensor prompt = of(condition), other = of(away_.repeat(condition.batch()));
    at::Tensor result;
    guarded([&] { result = guided(prompt, other, scale); });
    return result;
  }

  /// What guidance pushes away from.
  Condition away() {
    const std::string& negative = options_.sampling.negative_prompt;
    return is_blank(negative) ? session_.empty_condition(1)
                              : session_.condition(session_.encode_text({negative}).normalized);
  }

  /// Tells the host of the step of every image. Returns their previews, if it wants any.
  std::vector<Image> report(const Sampler& sampler, std::size_t first) {
    std::vector<Image> previews;
    if (options_.preview) previews = session_.decode_tokens(sampler.filled(), options_.job);
    const at::Tensor tokens = sampler.filled().to(at::kCPU, at::kInt);
    for (std::int64_t b = 0; b < sampler.batch(); ++b) {
      const std::size_t offset = static_cast<std::size_t>(b);
      const std::vector<std::int32_t> own = numbers(tokens[b]);
      const Progress progress{options_.key(first + offset).image,
                              first + offset,
                              image_count_,
                              sampler.step_index(),
                              sampler.steps(),
                              &own,
                              sampler.masked_count(b),
                              options_.preview ? &previews[offset] : nullptr};
      if (!options_.progress(progress))
        fail(Status::cancelled, "the progress callback asked to stop after step {} of image {}",
             progress.step, progress.image);
    }
    return previews;
  }

  Session& session_;
  const GenerateOptions& options_;
  std::size_t image_count_;
  Condition away_;  // of one prompt; made when it is first asked for
};

void check_one_an_image(const std::vector<std::uint64_t>& given, std::size_t images,
                        const char* what) {
  if (!given.empty() && given.size() != images)
    fail(Status::invalid_argument, "{} {} were given; {}, one an image, were expected",
         given.size(), what, images);
}

}  // namespace

void check_generation(const Session& session, const std::vector<std::string_view>& prompts,
                      const GenerateOptions& options) {
  const Limits& limits = session.model().options().limits;
  if (prompts.empty())
    fail(Status::invalid_argument, "no prompt was given; at least one was expected");
  if (options.images_per_prompt < 1)
    fail(Status::invalid_argument, "images_per_prompt is {}; 1 or more was expected",
         options.images_per_prompt);
  if (options.batch_size < 1)
    fail(Status::invalid_argument, "batch_size is {}; 1 or more was expected", options.batch_size);
  const std::size_t images = checked_image_count(
      prompts.size(), static_cast<std::size_t>(options.images_per_prompt), limits.max_batch);
  const VqganArchitecture& vqgan = session.model().architecture<VqganArchitecture>();
  const std::uint64_t bytes =
      images *
      static_cast<std::uint64_t>(vqgan.resolution * vqgan.resolution * vqgan.out_channels) *
      sizeof(float);
  if (bytes > limits.max_memory_bytes)
    fail(Status::limit, "the result would take {} bytes; at most {} are allowed", bytes,
         limits.max_memory_bytes);
  // Before the first image is begun, not after the tenth.
  check_one_an_image(options.seeds, images, "seeds");
  check_one_an_image(options.indices, images, "indices");
  if (options.start_tokens.defined() || options.editable.defined()) {
    check_start({options.start_tokens, options.editable}, static_cast<std::int64_t>(images),
                grid_of(session.model()), session.model().codebook());
  }
  if (!options.unprompted) check_prompts(prompts, limits);
  if (const std::size_t length = options.sampling.negative_prompt.size();
      length > limits.max_prompt_bytes)
    fail(Status::limit, "negative_prompt is {} bytes long; at most {} are allowed", length,
         limits.max_prompt_bytes);
}

void describe(Image& image, const Model& model, const GenerateOptions& options,
              std::size_t image_number, const std::vector<std::string_view>& prompts) {
  const std::size_t per_prompt = static_cast<std::size_t>(options.images_per_prompt);
  std::optional<std::string_view> prompt;
  if (!options.unprompted) prompt = prompts[image_number / per_prompt];
  if (prompt) image.text["Description"] = std::string(*prompt);
  image.text["raygen"] = settings_json(model, options, image_number, prompt);
}

ImageKey GenerateOptions::key(std::size_t i) const {
  return {seeds.empty() ? seed : seeds.at(i), indices.empty() ? first_image + i : indices.at(i)};
}

std::size_t checked_image_count(std::size_t prompts, std::size_t per_prompt, std::uint64_t most) {
  if (prompts > most || per_prompt > most / std::max<std::size_t>(prompts, 1)) {
    fail(Status::limit,
         "{} prompts of {} images each were asked for in one call; at most {} images are allowed",
         prompts, per_prompt, most);
  }
  return prompts * per_prompt;
}

std::vector<GeneratedImage> generate(Session& session, const std::vector<std::string_view>& prompts,
                                     const GenerateOptions& options) {
  check_generation(session, prompts, options);
  const auto per_prompt = static_cast<std::size_t>(options.images_per_prompt);
  const std::size_t total = prompts.size() * per_prompt;
  Conditions conditions(session, prompts);
  BatchRun batch(session, options, total);
  std::vector<GeneratedImage> images;
  while (images.size() < total) {
    const std::size_t first = images.size();
    std::vector<std::size_t> wanted;
    for (std::size_t i = first;
         i < std::min(total, first + static_cast<std::size_t>(options.batch_size)); ++i)
      wanted.push_back(i / per_prompt);
    check_cancelled(options.job);
    for (GeneratedImage& made : batch.run(conditions.of(wanted), first)) {
      describe(made.image, session.model(), options, images.size(), prompts);
      images.push_back(std::move(made));
    }
  }
  return images;
}

}  // namespace raygen::engine
