#pragma once
// Sentences to images, the whole way.
//
//   auto generator = raygen::Generator::load("models/phantom-128");
//   raygen::Options options;
//   options.seed = 7;
//   for (const raygen::Image& image :
//        generator.generate({"Moderate left pleural effusion."}, options))
//     image.write_png("effusion.png");

#include "editing.hpp"
#include "error.hpp"
#include "image.hpp"
#include "model.hpp"
#include "options.hpp"
#include "session.hpp"
#include "span.hpp"
#include "strings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

/// The images of one call, in order: prompt by prompt, images_per_prompt each. Independent of the
/// generator and the model. An image moved out of it lives on. One thread at a time.
class Generation {
 public:
  std::size_t size() const noexcept { return images_.size(); }
  const Image& operator[](std::size_t i) const& noexcept { return images_[i]; }
  Image& operator[](std::size_t i) & noexcept { return images_[i]; }
  /// Of a generation that nobody keeps: the image itself.
  Image operator[](std::size_t i) && noexcept { return std::move(images_[i]); }
  std::vector<Image>::const_iterator begin() const& noexcept { return images_.begin(); }
  std::vector<Image>::const_iterator end() const& noexcept { return images_.end(); }
  std::vector<Image>::iterator begin() & noexcept { return images_.begin(); }
  std::vector<Image>::iterator end() & noexcept { return images_.end(); }
  void begin() && = delete;
  void end() && = delete;
  /// [N], row-major, each 0..V-1: what image i was decoded from. Alive as long as the generation.
  Span<std::int32_t> tokens(std::size_t i) const& noexcept {
    return {raygen_result_tokens(result_.get(), i), raygen_result_token_count(result_.get())};
  }
  void tokens(std::size_t i) const&& = delete;
  /// The steps that image i took: some position choices need fewer than they may.
  std::int32_t steps(std::size_t i) const noexcept { return raygen_result_steps(result_.get(), i); }

 private:
  friend class Generator;
  explicit Generation(raygen_result* result) : result_(result) {
    const std::size_t count = raygen_result_count(result);
    images_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      images_.emplace_back(
          detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
            return raygen_result_take_image(result, i, image, error);
          }));
    }
  }

  std::unique_ptr<raygen_result, detail::Free<raygen_result_free>> result_;
  std::vector<Image> images_;
};

/// Text encoder, masked decoder, sampler and image decoder of a model, composed (RayGen; the loop
/// is MaskGIT's, Chang et al., CVPR 2022). One thread at a time; make one for each thread from one
/// Model.
class Generator {
 public:
  explicit Generator(const Model& model) : session_(model), tokens_(model.grid().tokens()) {}
  /// Opens a model and loads what generation needs. Throws what Model::open and Model::prepare do.
  static Generator load(const std::string& path, const ModelOptions& options = {}) {
    const Model model = Model::open(path, options);
    model.prepare(Parts::generate);
    return Generator(model);
  }

  /// options.images_per_prompt images of each prompt (UTF-8), or of each mix of
  /// options.prompts_per_mix prompts: image k of prompt p is image p × images_per_prompt + k of the
  /// call. The same seed and index give the same tokens whatever
  /// the batch size and what ran before (float32 on a CPU; see docs/threads.md). A prompt longer
  /// than L text tokens is cut: see Model::count_tokens. Throws Error(invalid_argument | format |
  /// limit | cancelled | unsupported | numeric | out_of_memory | device | io), or what
  /// options.progress threw; the generator is as good as new afterwards.
  Generation generate(const std::vector<std::string>& prompts, const Options& options = {}) {
    return run(prompts, options, [&](const auto&... call) {
      return raygen_session_generate(session_.get(), call...);
    });
  }

  /// Inpaints and outpaints an image of any size: tokens that the mask touches are drawn anew, as
  /// generate() draws them, and all others stay the image's. Pixels outside the mask stay the
  /// image's to the bit. The results are as large as the image and what is outpainted, and their
  /// text "raygen" says under "edit" how they were made. options.start_tokens and editable must be
  /// empty; previews are R × R, as the model sees it. Throws what generate() does.
  Generation edit(const Image& image, const Edit& where, const std::vector<std::string>& prompts,
                  const Options& options = {}) {
    const detail::RawEdit raw(where);
    return run(prompts, options, [&](const auto&... call) {
      return raygen_session_edit(session_.get(), image.get(), raw.get(), call...);
    });
  }

  /// Draws a share of an image's tokens anew. strength: 0 (the image's reconstruction) to 1 (what
  /// generate() makes); the noise of each result chooses which tokens, and a larger strength
  /// chooses more to those of a smaller one. Without prompts none is followed. The results are as
  /// large as the image. Throws what generate() does.
  Generation vary(const Image& image, double strength, const std::vector<std::string>& prompts = {},
                  const Options& options = {}) {
    return run(prompts, options, [&](const auto&... call) {
      return raygen_session_vary(session_.get(), image.get(), strength, call...);
    });
  }

  Session& session() & noexcept { return session_; }
  void session() && = delete;

 private:
  /// Calls `f` with what these functions of the ABI end with.
  template <typename F>
  Generation run(const std::vector<std::string>& prompts, const Options& options, const F& f) {
    const std::vector<raygen_string> raw_prompts = detail::raw_strings(prompts);
    detail::RawOptions raw(options, tokens_);
    raygen_result* result = nullptr;
    raw.check([&](raygen_error* error) {
      return f(raw_prompts.data(), raw_prompts.size(), raw.get(raw_prompts.size()), &result, error);
    });
    return Generation(result);
  }

  Session session_;
  std::size_t tokens_;
};

}  // namespace raygen
