#pragma once
// Films changed by a model: inside a mask (inpainting), beyond their border (outpainting), or as a
// whole by a degree (variation).

#include "generation/edit_mask.hpp"
#include "generation/generator.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// What an edit begins with.
struct Film {
  const Image& image;
  std::string sha256;  // of the file that it was read from; empty: that of the pixels is written
};

/// How much of the film the model looks at.
enum class EditRegion {
  film,  // the largest square that holds the mask: sizes are those that the model has learned
  mask   // a square around the mask: sharper, and of its neighbourhood the model sees less
};

struct EditOptions {
  const Image* mask = nullptr;  // of the film's size: white where pixels may change
  std::string mask_sha256;      // of the mask's file, as in Film
  std::vector<Box> boxes;       // may change too
  Margins outpaint;             // pixels to add, which change
  std::int64_t grow = 0;        // pixels that the mask reaches further than it is drawn
  std::int64_t feather = automatic_feather;  // pixels over which the new picture fades in
  EditRegion region = EditRegion::film;

  static constexpr std::int64_t automatic_feather = -1;  // half the side of a token's cell
};

/// Draws the tokens that the mask touches anew, as generate() does: image k of prompt p has the
/// number p × images_per_prompt + k. All other tokens stay those of the film, and pixels outside
/// the mask stay the film's to the bit. The images are as large as the film and its margins, and
/// carry under "raygen" what reproduces them. Previews are what the model sees: R × R. Throws
/// Error(invalid_argument | limit | …) as generate() does, and where the mask is empty or does not
/// fit the film.
std::vector<GeneratedImage> edit(Session& session, const Film& film, const EditOptions& edit,
                                 const std::vector<std::string_view>& prompts,
                                 const GenerateOptions& options);

/// Draws a share of the film's tokens anew, which the noise of each image chooses: strength 0 gives
/// the film's reconstruction, 1 what generate() gives. A larger strength changes what a smaller one
/// does, and more. The images are as large as the film. No prompt: none is followed.
std::vector<GeneratedImage> vary(Session& session, const Film& film, double strength,
                                 const std::vector<std::string_view>& prompts,
                                 const GenerateOptions& options);

}  // namespace raygen::engine
