#include "generation/generator.hpp"

#include "error.hpp"
#include "formatted.hpp"
#include "generation/batch_run.hpp"
#include "generation/settings.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

namespace raygen::engine {

namespace {

/// The prompts of a call, and which of them make an image.
class Prompts {
 public:
  Prompts(const std::vector<std::string_view>& texts, const GenerateOptions& options)
      : texts_(texts), options_(options) {}

  /// Of mix m: numbers of prompts, and their weights, which sum up to 1.
  std::vector<std::size_t> of(std::size_t mix) const {
    std::vector<std::size_t> prompts(options_.prompts_per_mix);
    std::iota(prompts.begin(), prompts.end(), mix * options_.prompts_per_mix);
    return prompts;
  }
  std::vector<double> weights(std::size_t mix) const {
    return mix_weights(options_.prompts_per_mix, options_, mix * options_.prompts_per_mix);
  }
  std::string_view text(std::size_t prompt) const { return texts_[prompt]; }
  std::vector<std::string_view> texts(std::size_t mix) const {
    std::vector<std::string_view> texts;
    for (const std::size_t prompt : of(mix)) texts.push_back(text(prompt));
    return texts;
  }

  /// For people: one prompt as it is, several with their weights.
  std::string description(std::size_t mix) const {
    if (options_.prompts_per_mix == 1) return std::string(texts_[mix]);
    std::string all;
    const std::vector<double> shares = weights(mix);
    for (std::size_t i = 0; i < shares.size(); ++i)
      all += formatted("{}{:.3g} x {}", i == 0 ? "" : " + ", shares[i], texts_[of(mix)[i]]);
    return all;
  }

 private:
  const std::vector<std::string_view>& texts_;
  const GenerateOptions& options_;
};

/// One prompt's embedding, encoded when its first image is begun, dropped with the batch that no
/// longer needs it.
class Conditions {
 public:
  Conditions(Session& session, const Prompts& prompts) : session_(session), prompts_(prompts) {}

  /// What the images of a batch show; `mixes`: an image's each.
  std::vector<PromptMix> of(const std::vector<std::size_t>& mixes) {
    std::map<std::size_t, Condition> used;
    std::vector<PromptMix> images;
    for (const std::size_t mix : mixes) {
      PromptMix& image = images.emplace_back();
      image.weights = prompts_.weights(mix);
      for (const std::size_t prompt : prompts_.of(mix)) {
        if (used.count(prompt) == 0) {
          const auto known = kept_.find(prompt);
          used.emplace(prompt, known != kept_.end() ? known->second
                                                    : session_.condition_of(prompts_.text(prompt)));
        }
        image.prompts.push_back(used.at(prompt));
      }
    }
    kept_ = std::move(used);
    return images;
  }

 private:
  Session& session_;
  const Prompts& prompts_;
  std::map<std::size_t, Condition> kept_;
};

template <typename Value>
void check_one_an_image(const std::vector<Value>& given, std::size_t images, const char* what) {
  if (!given.empty() && given.size() != images)
    fail(Status::invalid_argument, "{} {} were given; {}, one an image, were expected",
         given.size(), what, images);
}

void check_mix(std::size_t prompts, const GenerateOptions& options) {
  const std::size_t each = options.prompts_per_mix;
  if (each < 1 || prompts % each != 0) {
    fail(Status::invalid_argument,
         "prompts_per_mix is {}; a number that divides the {} prompts was expected", each, prompts);
  }
  if (!options.prompt_weights.empty() && options.prompt_weights.size() != prompts) {
    fail(Status::invalid_argument, "{} prompt_weights were given; {}, one a prompt, were expected",
         options.prompt_weights.size(), prompts);
  }
  for (std::size_t i = 0; i < options.prompt_weights.size(); ++i) {
    const double weight = options.prompt_weights[i];
    if (!(weight > 0 && weight <= 1e6))
      fail(Status::invalid_argument,
           "prompt_weights[{}] is {}; above 0 and at most 1e6 was expected", i, weight);
  }
}

}  // namespace

std::size_t check_generation(const Session& session, const std::vector<std::string_view>& prompts,
                             const GenerateOptions& options) {
  const Limits& limits = session.model().options().limits;
  if (prompts.empty())
    fail(Status::invalid_argument, "no prompt was given; at least one was expected");
  if (options.images_per_prompt < 1)
    fail(Status::invalid_argument, "images_per_prompt is {}; 1 or more was expected",
         options.images_per_prompt);
  if (options.batch_size < 1)
    fail(Status::invalid_argument, "batch_size is {}; 1 or more was expected", options.batch_size);
  check_mix(prompts.size(), options);
  const std::size_t images =
      checked_image_count(prompts.size() / options.prompts_per_mix,
                          static_cast<std::size_t>(options.images_per_prompt), limits.max_batch);
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
  check_one_an_image(options.sampling_of_images, images, "image_configs");
  check_one_an_image(options.attempts, images, "attempts");
  check_rejection(options.reject_near, session.model(),
                  options.start_tokens.defined() || options.editable.defined());
  if (options.start_tokens.defined() || options.editable.defined()) {
    check_start({options.start_tokens, options.editable}, static_cast<std::int64_t>(images),
                grid_of(session.model()), session.model().codebook());
  }
  if (!options.unprompted) check_prompts(prompts, limits);
  for (std::size_t i = 0; i < images; ++i) {
    const std::size_t length = options.sampling_of(i).negative_prompt.size();
    if (length > limits.max_prompt_bytes)
      fail(Status::limit, "negative_prompt is {} bytes long; at most {} are allowed", length,
           limits.max_prompt_bytes);
  }
  return images;
}

void describe(Image& image, const Model& model, const GenerateOptions& options,
              std::size_t image_number, const std::vector<std::string_view>& prompts) {
  const Prompts all(prompts, options);
  const std::size_t mix = image_number / static_cast<std::size_t>(options.images_per_prompt);
  if (!options.unprompted) image.text["Description"] = all.description(mix);
  image.text["raygen"] = options.unprompted ? settings_json(model, options, image_number, {}, {})
                                            : settings_json(model, options, image_number,
                                                            all.texts(mix), all.weights(mix));
}

ImageKey GenerateOptions::key(std::size_t i) const {
  return {seeds.empty() ? seed : seeds.at(i), indices.empty() ? first_image + i : indices.at(i)};
}

std::uint32_t GenerateOptions::attempt(std::size_t i) const {
  return attempts.empty() ? 0 : attempts.at(i);
}

const SamplingOptions& GenerateOptions::sampling_of(std::size_t i) const {
  return sampling_of_images.empty() ? sampling : sampling_of_images.at(i);
}

std::vector<double> mix_weights(std::size_t prompts, const GenerateOptions& options,
                                std::size_t first) {
  if (options.prompt_weights.empty())
    return std::vector<double>(prompts, 1 / static_cast<double>(prompts));
  const auto begin = options.prompt_weights.begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<double> weights(begin, begin + static_cast<std::ptrdiff_t>(prompts));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (std::abs(sum - 1) < 1e-12) return weights;  // as they were divided once, bit for bit
  for (double& weight : weights) weight /= sum;
  return weights;
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
  const std::size_t total = check_generation(session, prompts, options);
  GenerateOptions own = options;  // whose attempts rise
  const Prompts all(prompts, own);
  const auto per_prompt = static_cast<std::size_t>(own.images_per_prompt);
  Conditions conditions(session, all);
  BatchRun batch(session, own, total);
  NearFilter filter(session.model(), own.reject_near);
  if (filter.rejects() && own.attempts.empty()) own.attempts.assign(total, 0);
  std::vector<GeneratedImage> images(total);
  for (std::size_t first = 0; first < total;) {
    std::vector<std::size_t> numbers(
        std::min(total - first, static_cast<std::size_t>(own.batch_size)));
    std::iota(numbers.begin(), numbers.end(), first);
    first += numbers.size();
    while (!numbers.empty()) {  // those that are too near are drawn again, together
      std::vector<std::size_t> mixes, again;
      for (const std::size_t i : numbers) mixes.push_back(i / per_prompt);
      check_cancelled(own.job);
      std::vector<GeneratedImage> made = batch.run(conditions.of(mixes), numbers);
      for (std::size_t b = 0; b < made.size(); ++b) {
        const std::size_t i = numbers[b];
        describe(made[b].image, session.model(), own, i, prompts);
        if (filter.accepts(made[b].tokens, made[b].image, own.key(i),
                           own.attempt(i) - options.attempt(i))) {
          images[i] = std::move(made[b]);
        } else {
          ++own.attempts[i];
          again.push_back(i);
        }
      }
      numbers = std::move(again);
    }
  }
  return images;
}

}  // namespace raygen::engine
