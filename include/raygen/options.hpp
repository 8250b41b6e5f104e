#pragma once
// What belongs to one call, how images are sampled, and what a caller sees on the way.
//
//   raygen::Options options;
//   options.seed = 7;
//   options.sampling.steps = 12;
//   options.progress = [](const raygen::Progress& now) {
//     std::printf("image %zu of %zu: step %d of %d\n", now.image_number + 1, now.image_count,
//                 now.step, now.steps);
//     return true;  // false cancels
//   };

#include "error.hpp"
#include "image.hpp"
#include "job.hpp"
#include "relay.hpp"
#include "sampling.hpp"
#include "span.hpp"
#include "strings.hpp"
#include "training_index.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace raygen {

/// An image after one more step. Everything is alive during the callback only.
struct Progress {
  std::uint64_t image;       ///< index of the image
  std::size_t image_number;  ///< 0..image_count-1 within the call
  std::size_t image_count;
  std::int32_t step;          ///< steps done, 1..steps
  std::int32_t steps;         ///< the most there are: some position choices need fewer
  Span<std::int32_t> tokens;  ///< [N] as they stand, none masked
  std::size_t masked_count;   ///< how many of them the next step draws again; 0 after the last
  const Image* preview;       ///< decoded from tokens when Options::preview is set, else nullptr
  Span<std::uint8_t> masked;  ///< [N]: 1 where the next step draws again, else 0
};

/// Called on the calling thread. Returns true to go on, false to cancel. May throw: the run is
/// cancelled and the exception comes out of the call that was given it. Must not use the object
/// whose call it reports on.
using ProgressCallback = std::function<bool(const Progress&)>;

/// With the same model, config and prompt, an image depends on its seed and its index alone.
struct Options {
  std::uint64_t seed = 0;
  std::uint64_t first_image = 0;  ///< index of the first image, below 2^63

  /// How images are sampled: a preset's values, over them `config`, over that `sampling` and
  /// `overrides`. All of them may be left empty: the model knows how it wants to be asked.
  Sampling sampling;
  /// A preset's name, or JSON or YAML with keys of config_schema().
  std::string config;
  std::string config_name;             ///< of the config's file, for messages
  std::vector<std::string> overrides;  ///< "steps=12", …, applied in order

  std::int32_t images_per_prompt = 1;  ///< ≥ 1
  /// Images worked on together, ≥ 1. Changes speed and memory, never an image (float32 on a CPU).
  std::int32_t batch_size = 1;
  bool preview = false;  ///< decode an image for every progress call
  Job* job = nullptr;    ///< may be cancelled from elsewhere; must outlive the call
  ProgressCallback progress;

  std::vector<std::uint64_t> seeds;    ///< one for each image; empty: `seed` for all
  std::vector<std::uint64_t> indices;  ///< one for each image; empty: first_image + 0, 1, …
  /// [images,N], 0..V: tokens that are kept, V where one is drawn. Empty: all are drawn.
  std::vector<std::int32_t> start_tokens;
  /// [images,N]: 1 where a token is drawn anew, 0 where start_tokens has it. Empty: 1 where
  /// start_tokens has V.
  std::vector<std::uint8_t> editable;
  /// A config for each image, as `config` and laid over all of the above; Sampling::config() writes
  /// one. Empty: all images are sampled alike.
  std::vector<std::string> image_configs;

  /// So many prompts, one after another, make one image: its logits are the mean of theirs, by
  /// weight. The images are fewer by this factor. ≥ 1
  std::size_t prompts_per_mix = 1;
  /// One for each prompt of the call, above 0 and at most 1e6. Empty: all of a mix count alike.
  std::vector<double> prompt_weights;

  /// One for each image: above 0, an image has the noise of that later try, as Settings::attempt()
  /// tells it. Empty: 0 for all.
  std::vector<std::uint32_t> attempts;
  /// An image that is nearer to a training image than the index's thresholds allow is drawn again,
  /// with other noise. Its text "raygen" names the try and the nearest training image. Must outlive
  /// the call.
  const TrainingIndex* reject_near = nullptr;
  std::int32_t reject_tries = 5;  ///< of an image, the first included; then Error(limit)
};

namespace detail {

/// A progress as the callback of Options gets it.
inline bool report(const ProgressCallback& callback, const raygen_progress& raw) {
  // The library owns the preview; it is only lent here.
  Image preview(const_cast<raygen_image*>(raw.preview));
  const struct GiveBack {
    Image& lent;
    ~GiveBack() { lent.release(); }
  } give_back{preview};
  return callback({raw.image,
                   raw.image_number,
                   raw.image_count,
                   raw.step,
                   raw.steps,
                   {raw.tokens, raw.token_count},
                   raw.masked_count,
                   raw.preview != nullptr ? &preview : nullptr,
                   {raw.masked, raw.token_count}});
}

/// Options in the C ABI's form. Alive during one call.
class RawOptions {
 public:
  /// N: tokens of an image, which tells how many images the arrays of tokens are for.
  RawOptions(const Options& options, std::size_t tokens)
      : overrides_(options.sampling.overrides()),
        relay_([callback = &options.progress](const raygen_progress& raw) {
          return report(*callback, raw);
        }) {
    overrides_.insert(overrides_.end(), options.overrides.begin(), options.overrides.end());
    raw_overrides_ = raw_strings(overrides_);
    raygen_options_init(&raw_);
    raw_.seed = options.seed;
    raw_.first_image = options.first_image;
    raw_.config = raw_string(options.config);
    raw_.config_name = raw_string(options.config_name);
    raw_.overrides = raw_overrides_.data();
    raw_.override_count = raw_overrides_.size();
    raw_.images_per_prompt = options.images_per_prompt;
    raw_.batch_size = options.batch_size;
    raw_.preview = options.preview ? 1 : 0;
    raw_.job = options.job != nullptr ? options.job->get() : nullptr;
    if (options.progress) {
      raw_.progress = &Relay<raygen_progress>::call;
      raw_.user_data = &relay_;
    }
    raw_.seeds = array(options.seeds, 1, "seeds");
    raw_.indices = array(options.indices, 1, "indices");
    raw_.attempts = array(options.attempts, 1, "attempts");
    if (options.reject_near != nullptr) raw_.reject_near = options.reject_near->get();
    raw_.reject_tries = options.reject_tries;
    raw_.start_tokens = array(options.start_tokens, tokens, "start_tokens");
    raw_.editable = array(options.editable, tokens, "editable");
    raw_configs_ = raw_strings(options.image_configs);
    raw_.image_configs = array(raw_configs_, 1, "image_configs");
    raw_.prompts_per_mix = options.prompts_per_mix;
    if (!options.prompt_weights.empty()) raw_.prompt_weights = options.prompt_weights.data();
    weights_ = options.prompt_weights.size();
  }
  RawOptions(const RawOptions&) = delete;
  RawOptions& operator=(const RawOptions&) = delete;

  const raygen_options* get() const noexcept { return &raw_; }
  /// For a call with so many prompts: each needs its weight, if there are any.
  const raygen_options* get(std::size_t prompts) const {
    if (weights_ != 0 && weights_ != prompts) {
      throw Error(Status::invalid_argument, "prompt_weights has " + std::to_string(weights_) +
                                                " values; " + std::to_string(prompts) +
                                                ", one for each prompt, were expected");
    }
    return &raw_;
  }
  /// detail::check, but what the callback threw comes first.
  template <typename F>
  void check(F&& f) {
    relay_.check(static_cast<F&&>(f));
  }

 private:
  /// The arrays have one entry, or `each` of them, for each of the same number of images.
  template <typename T>
  const T* array(const std::vector<T>& values, std::size_t each, const char* name) {
    if (values.empty()) return nullptr;
    const std::size_t images = each == 0 ? 0 : values.size() / each;
    if (images * each != values.size() || (raw_.image_count != 0 && raw_.image_count != images))
      throw Error(Status::invalid_argument,
                  std::string(name) + " has " + std::to_string(values.size()) +
                      " values, which do not fit the other arrays or the model's tokens");
    raw_.image_count = images;
    return values.data();
  }

  std::vector<std::string> overrides_;
  std::vector<raygen_string> raw_overrides_, raw_configs_;
  std::size_t weights_ = 0;
  raygen_options raw_;
  Relay<raygen_progress> relay_;
};

}  // namespace detail
}  // namespace raygen
