#pragma once
// The one rule for samples of sixteen bits (docs/datasets.md, "Images").

#include "image/image.hpp"

#include <optional>

namespace raygen::engine {

/// How many of its sixteen bits an image uses, whose file does not say: 8, 10, 12, 14 or 16. Its
/// pixels are value/65535. A detector's bits are left in the low ones by most converters, and taken
/// as sixteen such a film is next to black.
///
/// The bits are the fewest of these that hold all but the brightest value, which may be a label's,
/// and all but 0.5 % of the pixels, which may be the label's edges. An image of fewer than 64
/// different values is no film but a mask or a drawing: its largest value tells, if it is the white
/// of 8, 10, 12 or 14 bits; else twelve bits that hold all of it are believed. Fewer than 64 pixels
/// say nothing, nor does an image that the rule would not lift out of the black.
int film_bits(const Image& image);

/// Whether an image carries what libraygen writes into those that it makes: all bits are meant.
inline bool is_own(const Image& image) { return image.text.contains("raygen"); }

/// How many of its sixteen bits an image means: film_bits(), unless the file says how many are
/// significant. They are either the high ones, as PNG's standard wants it, so that all are meant,
/// or the low ones. An image of our own means all, unless it says otherwise.
int meant_bits(const Image& image, std::optional<int> declared);

/// Scales an image of sixteen bits, so that the white of these is 1.
void spread_bits(Image& image, int bits);

}  // namespace raygen::engine
