#pragma once
// How images are sampled, and what a caller sees on the way.
//
//   raygen::Options options;
//   options.seed = 7;
//   options.steps = 12;
//   options.progress = [](const raygen::Progress& progress) {
//     std::printf("image %zu of %zu: step %d of %d\n", progress.image_number + 1,
//     progress.image_count, progress.step, progress.steps); return true;  // false cancels
//   };

#include "error.hpp"
#include "image.hpp"
#include "job.hpp"
#include "relay.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace raygen {

/// An image after one more step. Everything is alive during the callback only.
struct Progress {
  std::uint64_t image;       ///< index of the image: first_image + 0, 1, …
  std::size_t image_number;  ///< 0..image_count-1 within the call
  std::size_t image_count;
  std::int32_t step;  ///< steps done, 1..steps
  std::int32_t steps;
  Span<std::int32_t> tokens;  ///< [N] as they stand, none masked
  std::size_t masked_count;   ///< how many of them the next step draws again; 0 after the last
  const Image* preview;       ///< decoded from tokens when Options::preview is set, else nullptr
};

/// Called on the calling thread. Returns true to go on, false to cancel. May throw: the run is
/// cancelled and the exception comes out of the call that was given it. Must not use the object
/// whose call it reports on.
using ProgressCallback = std::function<bool(const Progress&)>;

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t first_image =
      0;  ///< index of the first image made; an image depends on (seed, index) alone
  std::int32_t steps = 18;       ///< K, 1..1024
  double temperature = 1.0;      ///< T ≥ 0
  double top_k_threshold = 0.9;  ///< α, 0 ≤ α < 1: the ceil((1−α) V) largest logits are kept
  double guidance_scale = 1.0;   ///< s, 0..100: logits are empty + s (prompt − empty); twice the
                                 ///< work unless 1, the original's
  raygen_schedule schedule = RAYGEN_SCHEDULE_COSINE;
  raygen_position_choice position_choice = RAYGEN_POSITIONS_CONFIDENCE;
  raygen_token_choice token_choice = RAYGEN_TOKENS_GUMBEL;
  std::int32_t images_per_prompt = 1;  ///< ≥ 1
  std::int32_t batch_size = 1;  ///< images worked on together, ≥ 1; changes speed and memory, never
                                ///< an image (float32 on a CPU)
  bool preview = false;  ///< decode an image for every progress call
  Job* job = nullptr;    ///< may be cancelled from elsewhere; must outlive the call
  ProgressCallback progress;
};

namespace detail {

/// A progress as the callback of Options gets it.
inline bool report(const ProgressCallback& callback, const raygen_progress& raw) {
  // The library owns the preview; it is only lent here, hence the pointer that frees nothing.
  const Image preview(std::shared_ptr<raygen_image>(std::shared_ptr<void>(),
                                                    const_cast<raygen_image*>(raw.preview)));
  const Progress progress{raw.image,        raw.image_number,
                          raw.image_count,  raw.step,
                          raw.steps,        {raw.tokens, raw.token_count},
                          raw.masked_count, raw.preview != nullptr ? &preview : nullptr};
  return callback(progress);
}

/// Options in the C ABI's form. Alive during one call.
class RawOptions {
 public:
  explicit RawOptions(const Options& options)
      : relay_([callback = &options.progress](const raygen_progress& raw) {
          return report(*callback, raw);
        }) {
    raygen_options_init(&raw_);
    raw_.seed = options.seed;
    raw_.first_image = options.first_image;
    raw_.steps = options.steps;
    raw_.temperature = options.temperature;
    raw_.top_k_threshold = options.top_k_threshold;
    raw_.guidance_scale = options.guidance_scale;
    raw_.schedule = options.schedule;
    raw_.position_choice = options.position_choice;
    raw_.token_choice = options.token_choice;
    raw_.images_per_prompt = options.images_per_prompt;
    raw_.batch_size = options.batch_size;
    raw_.preview = options.preview ? 1 : 0;
    raw_.job = options.job != nullptr ? options.job->get() : nullptr;
    if (options.progress) {
      raw_.progress = &Relay<raygen_progress>::call;
      raw_.user_data = &relay_;
    }
  }

  const raygen_options* get() const noexcept { return &raw_; }
  /// detail::check, but what the callback threw comes first.
  template <typename F>
  void check(F&& f) {
    relay_.check(static_cast<F&&>(f));
  }

 private:
  raygen_options raw_;
  Relay<raygen_progress> relay_;
};

}  // namespace detail
}  // namespace raygen
