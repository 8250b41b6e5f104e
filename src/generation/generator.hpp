#pragma once

#include "generation/near_rejection.hpp"
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
  const std::vector<std::uint8_t>* masked;  // [N], 1 where the next step draws again
  std::uint32_t attempt;                    // above 0: the image was too near, and begins anew
};

struct GenerateOptions {
  SamplingOptions sampling;
  std::vector<SamplingOptions> sampling_of_images;  // one an image; empty: `sampling` for all
  std::uint64_t seed = 0;
  std::uint64_t first_image = 0;
  std::vector<std::uint64_t> seeds;     // one an image; empty: `seed` for all
  std::vector<std::uint64_t> indices;   // one an image; empty: first_image + 0, 1, …
  std::vector<std::uint32_t> attempts;  // one an image, as its settings say; empty: 0 for all
  NearRejection reject_near;
  at::Tensor start_tokens;             // int64 [images,N], 0..V: as in SamplerStart
  at::Tensor editable;                 // bool [images,N]
  std::size_t prompts_per_mix = 1;     // so many prompts, one after another, make one image
  std::vector<double> prompt_weights;  // one a prompt, above 0; empty: all count alike
  std::int64_t images_per_prompt = 1;
  std::int64_t batch_size = 1;
  bool unprompted = false;  // the prompts are empty, and none is followed
  bool preview = false;
  const Job* job = nullptr;
  std::function<bool(const Progress&)> progress;  // false cancels

  /// What names the call's image number i.
  ImageKey key(std::size_t i) const;
  /// How often it was drawn before, and what its noise depends on therefore.
  std::uint32_t attempt(std::size_t i) const;
  ImageKey noise_key(std::size_t i) const { return key_of_attempt(key(i), attempt(i)); }
  const SamplingOptions& sampling_of(std::size_t i) const;
};

struct GeneratedImage {
  Image image;  // its text: "Description", "Software", "raygen" (JSON of what reproduces it)
  std::vector<std::int32_t> tokens;  // [N]
  std::int64_t steps = 0;            // that it took: some policies need fewer than they may
};

/// The weights of the first `prompts` prompts of a call, which sum up to 1.
std::vector<double> mix_weights(std::size_t prompts, const GenerateOptions& options,
                                std::size_t first = 0);

/// How many images `prompts` prompts, or mixes of prompts, make, of `per_prompt` each. Throws
/// Error(limit) beyond `most`.
std::size_t checked_image_count(std::size_t prompts, std::size_t per_prompt, std::uint64_t most);

/// Refuses what generate() would, before anything is computed. Returns how many images it makes.
std::size_t check_generation(const Session& session, const std::vector<std::string_view>& prompts,
                             const GenerateOptions& options);

/// Writes into image number `image_number` of a call what it shows and how it was made.
void describe(Image& image, const Model& model, const GenerateOptions& options,
              std::size_t image_number, const std::vector<std::string_view>& prompts);

/// Image k of prompt (or mix) p has the number p × images_per_prompt + k; the same counts the rows
/// of start_tokens and editable. An image that reject_near finds too near a training image is drawn
/// again, with the noise of its next attempt; Error(limit) tells of one that stays too near. Throws
/// Error(cancelled) without a partial result.
std::vector<GeneratedImage> generate(Session& session, const std::vector<std::string_view>& prompts,
                                     const GenerateOptions& options);

}  // namespace raygen::engine
