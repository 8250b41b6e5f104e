#pragma once
// How a camera or a scanner was held when it took a picture: EXIF's Orientation, 1 to 8.

#include "image/image.hpp"

#include <string_view>

namespace raygen::engine {

constexpr std::string_view exif_prefix("Exif\0", 5);  // and a byte of padding

/// Orientation in the first directory of EXIF data, with or without "Exif\0\0" before it; 1
/// (upright) where there is none, or where the data is broken.
int exif_orientation(std::string_view exif);

/// The same from what ImageMagick and others leave in a PNG's text: lines of hexadecimal digits
/// behind a name and a length.
int text_profile_orientation(std::string_view text);

/// The picture turned and mirrored, as a viewer shows one with this orientation.
Image turned(Image image, int orientation);

}  // namespace raygen::engine
