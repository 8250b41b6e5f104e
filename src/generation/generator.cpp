#include "generation/generator.hpp"

#include "error.hpp"
#include "generation/settings.hpp"
#include "masked_decoder/architecture.hpp"
#include "sampling/guidance.hpp"
#include "vqgan/architecture.hpp"

#include <algorithm>
#include <map>
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
    Condition joined{static_cast<std::int64_t>(wanted.size()), {}};
    std::map<std::size_t, Condition> used;
    for (const std::size_t prompt : wanted) {
      if (used.count(prompt) != 0) continue;
      const auto known = kept_.find(prompt);
      used.emplace(prompt, known != kept_.end() ? known->second : make(prompt));
    }
    for (std::size_t layer = 0; layer < used.begin()->second.layers.size(); ++layer) {
      std::vector<at::Tensor> keys, values;
      for (const std::size_t prompt : wanted) {
        keys.push_back(used.at(prompt).layers[layer].keys);
        values.push_back(used.at(prompt).layers[layer].values);
      }
      const bool single = wanted.size() == 1;
      joined.layers.push_back(
          {single ? keys.front() : at::cat(keys), single ? values.front() : at::cat(values)});
    }
    kept_ = std::move(used);
    return joined;
  }

 private:
  Condition make(std::size_t prompt) {
    const EncodedText text = session_.encode_text({prompts_[prompt]});
    return session_.condition(text.normalized.const_data_ptr<float>(), 1, text.normalized.size(1),
                              text.normalized.size(2));
  }

  Session& session_;
  const std::vector<std::string_view>& prompts_;
  std::map<std::size_t, Condition> kept_;
};

/// The images of one batch, driven together through the steps.
class BatchRun {
 public:
  BatchRun(Session& session, const GenerateOptions& options, std::size_t image_count)
      : session_(session), options_(options), image_count_(image_count) {}

  /// first: number of the first image within the call. Returns the tokens, [B,N].
  std::vector<std::int32_t> sample(const Condition& condition, std::size_t first) {
    std::vector<std::uint64_t> indices;
    for (std::int64_t b = 0; b < condition.batch; ++b)
      indices.push_back(options_.first_image + first + static_cast<std::size_t>(b));
    const auto& architecture = session_.model().architecture<MaskedDecoderArchitecture>();
    Sampler sampler(architecture.tokens, architecture.codebook, options_.seed, indices,
                    options_.sampling);
    while (!sampler.done()) {
      check_cancelled(options_.job);
      sampler.step(logits(condition, sampler));
      if (options_.progress) report(sampler, first, indices);
    }
    return sampler.filled();
  }

 private:
  at::Tensor logits(const Condition& condition, const Sampler& sampler) {
    const auto of = [&](const Condition& text) {
      return session_.logits(text, sampler.tokens().data(), sampler.masked().data(),
                             sampler.masked_count(), options_.job);
    };
    const double scale = options_.sampling.guidance_scale;
    if (scale == 1) return of(condition);  // the original's, and half the work
    if (empty_.batch != condition.batch) empty_ = session_.empty_condition(condition.batch);
    return guided(of(condition), of(empty_), scale);
  }

  void report(const Sampler& sampler, std::size_t first,
              const std::vector<std::uint64_t>& indices) {
    for (std::size_t b = 0; b < indices.size(); ++b) {
      const auto begin =
          sampler.filled().begin() + static_cast<std::ptrdiff_t>(b) * sampler.token_count();
      const std::vector<std::int32_t> tokens(begin, begin + sampler.token_count());
      Image preview;
      if (options_.preview) preview = session_.decode_tokens(tokens.data(), options_.job);
      const Progress progress{indices[b],
                              first + b,
                              image_count_,
                              sampler.step_index(),
                              sampler.steps(),
                              &tokens,
                              sampler.masked_count(),
                              options_.preview ? &preview : nullptr};
      if (!options_.progress(progress))
        fail(Status::cancelled, "the progress callback asked to stop after step {} of image {}",
             progress.step, progress.image);
    }
  }

  Session& session_;
  const GenerateOptions& options_;
  std::size_t image_count_;
  Condition empty_;  // of the batch's size; made when it is first asked for
};

void check(const Session& session, const std::vector<std::string_view>& prompts,
           const GenerateOptions& options) {
  const Limits& limits = session.model().options().limits;
  if (prompts.empty())
    fail(Status::invalid_argument, "no prompt was given; at least one was expected");
  if (options.images_per_prompt < 1)
    fail(Status::invalid_argument, "images_per_prompt is {}; 1 or more was expected",
         options.images_per_prompt);
  if (options.batch_size < 1)
    fail(Status::invalid_argument, "batch_size is {}; 1 or more was expected", options.batch_size);
  const std::uint64_t per_prompt = static_cast<std::uint64_t>(options.images_per_prompt);
  if (prompts.size() > limits.max_batch || per_prompt > limits.max_batch / prompts.size()) {
    fail(Status::limit,
         "{} prompts of {} images each were asked for in one call; at most {} images are allowed",
         prompts.size(), per_prompt, limits.max_batch);
  }
  const VqganArchitecture& vqgan = session.model().architecture<VqganArchitecture>();
  const std::uint64_t bytes =
      prompts.size() * per_prompt *
      static_cast<std::uint64_t>(vqgan.resolution * vqgan.resolution * vqgan.out_channels) *
      sizeof(float);
  if (bytes > limits.max_memory_bytes)
    fail(Status::limit, "the result would take {} bytes; at most {} are allowed", bytes,
         limits.max_memory_bytes);
  check_prompts(prompts, limits);  // before the first image is begun, not after the tenth
}

}  // namespace

std::vector<GeneratedImage> generate(Session& session, const std::vector<std::string_view>& prompts,
                                     const GenerateOptions& options) {
  check(session, prompts, options);
  const auto per_prompt = static_cast<std::size_t>(options.images_per_prompt);
  const std::size_t total = prompts.size() * per_prompt;
  const auto tokens =
      static_cast<std::size_t>(session.model().architecture<MaskedDecoderArchitecture>().tokens);
  Conditions conditions(session, prompts);
  BatchRun run(session, options, total);
  std::vector<GeneratedImage> images;
  for (std::size_t first = 0; first < total;
       first += static_cast<std::size_t>(options.batch_size)) {
    std::vector<std::size_t> wanted;
    for (std::size_t i = first;
         i < std::min(total, first + static_cast<std::size_t>(options.batch_size)); ++i)
      wanted.push_back(i / per_prompt);
    check_cancelled(options.job);
    const std::vector<std::int32_t> sampled = run.sample(conditions.of(wanted), first);
    for (std::size_t b = 0; b < wanted.size(); ++b) {
      GeneratedImage& made = images.emplace_back();
      made.tokens.assign(sampled.begin() + static_cast<std::ptrdiff_t>(b * tokens),
                         sampled.begin() + static_cast<std::ptrdiff_t>((b + 1) * tokens));
      made.image = session.decode_tokens(made.tokens.data(), options.job);
      made.image.text = {
          {"Software", "libraygen " RAYGEN_VERSION_STRING},
          {"Description", std::string(prompts[wanted[b]])},
          {"Comment", "Synthetic chest radiograph, not for diagnosis"},
          {"raygen", settings_json(session.model(), options, first + b, prompts[wanted[b]])}};
    }
  }
  return images;
}

}  // namespace raygen::engine
