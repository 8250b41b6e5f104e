#pragma once
// The features that a training set is searched by: grey pixels averaged over 16 × 16 cells, less
// their mean, divided by their length, so that two images are √(2 - 2 correlation) apart. They need
// no network, so any image of any model has them, and they cost nothing beside drawing the image.
// Noise, recompression and a tokenizer's reconstruction hardly change an average; exposure and
// contrast do not count; and each cell is a place of the anatomy, which a network's features pooled
// over the whole image are not. A shift would count as much as another patient, so an image that is
// searched for is looked at under small shifts.

#include "image/image.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace raygen::engine {

/// What an index calls these features. Another name is another extractor.
inline constexpr std::string_view kThumbnailExtractor = "standardised_grey_16x16";
inline constexpr std::int64_t kThumbnailSide = 16;
inline constexpr std::int64_t kThumbnailSize = kThumbnailSide * kThumbnailSide;
inline constexpr std::int64_t kThumbnailShifts = 9;  // by -1, 0 and 1 steps, down and right

/// pixels: [B,H,W] of any floating-point type. Returns float32 [B,256], rows from the top, of
/// length 1, or 0 where all cells are equal. What a step of a 64th of the side, at least one pixel,
/// shifts out of the image is left out on every side. Cells of a side that 16 does not divide
/// overlap (adaptive average pooling).
at::Tensor thumbnails(const at::Tensor& pixels);

/// The same of every shift: [B,9,256].
at::Tensor shifted_thumbnails(const at::Tensor& pixels);

/// [1,H,W]: the mean of an image's channels.
at::Tensor grey_pixels(const Image& image);

}  // namespace raygen::engine
