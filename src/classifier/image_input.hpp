#pragma once
// From an image of any size to the pixels that a classifier takes.

#include "classifier/architecture.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// images: float32 [B,1 or 3,H,W], 0..1, on the CPU. Colour is averaged where the classifier is
/// grey, grey is repeated where it takes colour; cut and resized as the architecture says. Returns
/// float32 [B,channels,R,R], 0..1. Values are not rounded to 8 bits between, as they are where
/// Pillow resizes. Throws Error(invalid_argument) for another type, shape or range, Error(numeric)
/// for NaN and infinity, Error(limit) for an image one of whose sides is absurdly long.
at::Tensor prepare_for_classifier(const at::Tensor& images,
                                  const ClassifierArchitecture& architecture);

/// x: [B,C,H,W] → [B,C,height,width].
at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width,
                   ResizeFilter filter);

/// Throws as above unless `images` is float32 [B,C,H,W], finite and 0..1. `what` names it.
void check_unit_images(const at::Tensor& images, const char* what);

}  // namespace raygen::engine
