#pragma once
// The square of a film that a model looks at, and the way there and back.

#include "generation/edit_mask.hpp"
#include "image/image.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// A square of a film's pixels. It may reach beyond the film, where the film's border is repeated.
struct FilmWindow {
  std::int64_t x = 0, y = 0, side = 0;
};

/// The whole of a film of width x height, in the middle of the square.
FilmWindow whole_window(std::int64_t width, std::int64_t height);

/// The largest square of the film, as near to its middle as holds the box; where the box is longer
/// than the film is wide, a square of that length.
FilmWindow film_window(std::int64_t width, std::int64_t height, const Box& box);

/// A square around the box, half as long again, of at least `least` pixels, and no larger than
/// film_window().
FilmWindow close_window(std::int64_t width, std::int64_t height, const Box& box,
                        std::int64_t least);

/// width x height pixels from (x, y) on. Beyond the image its border is repeated. No text.
Image cut(const Image& image, const Box& box);

/// The places of a window's tokens, bool [grid x grid]: those whose pixels the mask touches.
at::Tensor touched_cells(const EditMask& mask, const FilmWindow& window, std::int64_t grid);

/// Lays a model's picture of the window, of any size, over the film: where and how much the weights
/// say, which are those of the pixels of a box of the film (weights_of). Channels that the picture
/// has too few are repeated, and averaged where it has too many. Pixels of weight 0 stay as they
/// are to the bit.
void lay_over(Image& film, const Image& picture, const FilmWindow& window, const Box& box,
              const std::vector<float>& weights);

}  // namespace raygen::engine
