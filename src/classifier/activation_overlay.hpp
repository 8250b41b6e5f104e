#pragma once
// A class activation map as people look at it: in colour, on the film.

#include "classifier/architecture.hpp"
#include "image/image.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// A part of a film in its pixels; edges may lie within one.
struct FilmPart {
  double left = 0, top = 0, width = 0, height = 0;
};
/// What a classifier sees of a film: all of it (ResizeRule::squash), or a part of the centre.
FilmPart seen_part(std::int64_t width, std::int64_t height,
                   const ClassifierArchitecture& architecture);

/// map: float32 [h,w] on the CPU, as Classification::activations has it, of this film. Returns RGB
/// of the film's size. A place's evidence is its value over the map's largest, 0 where it is
/// negative; between places it is linear. Evidence e is laid on with an opacity of 0.6 · e, from
/// yellow (0) to red (1). Texts of the film stay but for "raygen".
Image activation_overlay(const Image& film, const at::Tensor& map,
                         const ClassifierArchitecture& architecture);

}  // namespace raygen::engine
