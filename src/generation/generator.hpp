#pragma once

#include "model/session.hpp"
#include "sampling/sampler.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// What is known after a step of one image.
struct Progress {
  std::uint64_t image;       // its index: the noise's key
  std::size_t image_number;  // 0..image_count-1 within the call
  std::size_t image_count;
  std::int64_t step, steps;                 // steps done
  const std::vector<std::int32_t>* tokens;  // [N], none masked
  std::int64_t masked_count;                // drawn again by the next step
  const Image* preview;                     // null unless asked for
};

struct GenerateOptions {
  SamplingOptions sampling;
  std::uint64_t seed = 0;
  std::uint64_t first_image = 0;
  std::vector<std::uint64_t> seeds;    // one an image; empty: `seed` for all
  std::vector<std::uint64_t> indices;  // one an image; empty: first_image + 0, 1, …
  at::Tensor start_tokens;             // int64 [images,N], 0..V: as in SamplerStart
  at::Tensor editable;                 // bool [images,N]
  std::int64_t images_per_prompt = 1;
  std::int64_t batch_size = 1;
  bool unprompted = false;  // the prompts are empty, and none is followed
  bool preview = false;
  const Job* job = nullptr;
  std::function<bool(const Progress&)> progress;  // false cancels

  /// What the noise of the call's image number i depends on.
  ImageKey key(std::size_t i) const;
};

struct GeneratedImage {
  Image image;  // its text: "Description", "Software", "raygen" (JSON of what reproduces it)
  std::vector<std::int32_t> tokens;  // [N]
};

/// How many images `prompts` prompts make, of `per_prompt` each. Throws Error(limit) beyond `most`.
std::size_t checked_image_count(std::size_t prompts, std::size_t per_prompt, std::uint64_t most);

/// Refuses what generate() would, before anything is computed.
void check_generation(const Session& session, const std::vector<std::string_view>& prompts,
                      const GenerateOptions& options);

/// Writes into image number `image_number` of a call what it shows and how it was made.
void describe(Image& image, const Model& model, const GenerateOptions& options,
              std::size_t image_number, const std::vector<std::string_view>& prompts);

/// Image k of prompt p has the number p × images_per_prompt + k; the same counts the rows of
/// start_tokens and editable. Throws Error(cancelled) without a partial result.
std::vector<GeneratedImage> generate(Session& session, const std::vector<std::string_view>& prompts,
                                     const GenerateOptions& options);

}  // namespace raygen::engine
