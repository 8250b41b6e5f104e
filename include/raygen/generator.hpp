#pragma once
// Sentences to images, the whole way.
//
//   auto generator = raygen::Generator::load("models/phantom-128");
//   raygen::Options options;
//   options.seed = 7;
//   for (const raygen::Image& image : generator.generate({"Moderate left pleural effusion."},
//   options))
//     image.write_png("effusion.png");

#include "error.hpp"
#include "image.hpp"
#include "model.hpp"
#include "options.hpp"
#include "session.hpp"
#include "span.hpp"
#include "text_encoder.hpp"

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
  const Image& operator[](std::size_t i) const noexcept { return images_[i]; }
  Image& operator[](std::size_t i) noexcept { return images_[i]; }
  std::vector<Image>::const_iterator begin() const noexcept { return images_.begin(); }
  std::vector<Image>::const_iterator end() const noexcept { return images_.end(); }
  std::vector<Image>::iterator begin() noexcept { return images_.begin(); }
  std::vector<Image>::iterator end() noexcept { return images_.end(); }
  /// [N], row-major, each 0..V-1: what image i was decoded from.
  Span<std::int32_t> tokens(std::size_t i) const noexcept {
    return {raygen_result_tokens(result_.get(), i), raygen_result_token_count(result_.get())};
  }

 private:
  friend class Generator;
  explicit Generation(raygen_result* result) : result_(result, raygen_result_free) {
    images_.reserve(raygen_result_count(result));
    for (std::size_t i = 0; i < raygen_result_count(result); ++i) {
      // Each image keeps the result alive. The cast only undoes the const of a borrowed handle: the
      // result is ours alone.
      images_.emplace_back(std::shared_ptr<raygen_image>(
          result_, const_cast<raygen_image*>(raygen_result_image(result, i))));
    }
  }

  std::shared_ptr<raygen_result> result_;
  std::vector<Image> images_;
};

/// Text encoder, masked decoder, sampler and image decoder of a model, composed. One thread at a
/// time; make one a thread from one Model.
class Generator {
 public:
  explicit Generator(const Model& model) : session_(model) {}
  /// Opens a bundle and loads what generation needs. Throws what Model::open and Model::prepare do.
  static Generator load(const std::string& path, const ModelOptions& options = {}) {
    const Model model = Model::open(path, options);
    model.prepare(Parts::generate);
    return Generator(model);
  }

  /// options.images_per_prompt images of each prompt (UTF-8): image k of prompt p has the index
  /// first_image + p × images_per_prompt + k. The same seed and index give the same tokens whatever
  /// the batch size and what ran before (float32 on a CPU; see docs/threads.md). Throws
  /// Error(invalid_argument | limit | cancelled | numeric | out_of_memory | device), or what
  /// options.progress threw; the generator is as good as new afterwards.
  Generation generate(const std::vector<std::string>& prompts, const Options& options = {}) {
    const std::vector<raygen_string> raw_prompts = detail::raw_strings(prompts);
    detail::RawOptions raw(options);
    raygen_result* result = nullptr;
    raw.check([&](raygen_error* error) {
      return raygen_generate(session_.get(), raw_prompts.data(), raw_prompts.size(), raw.get(),
                             &result, error);
    });
    return Generation(result);
  }

  Session& session() noexcept { return session_; }

 private:
  Session session_;
};

}  // namespace raygen
