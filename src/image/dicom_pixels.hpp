#pragma once

#include "image/dicom_data_set.hpp"
#include "image/image.hpp"

namespace raygen::engine {

/// What a DICOM file of this bit depth (8, 12 or 16) says of a grey image's pixels, with a window
/// that shows all of them, and the pixels: round(value × (2^bits − 1)). Throws Error(numeric |
/// limit).
void put_pixels(const Image& grey, int bits, DicomDataSet& data);

/// Writes SYNTHETIC into the lower left corner of a grey image, white on black. Throws
/// Error(invalid_argument) when it does not fit.
void burn_in_mark(Image& grey);

}  // namespace raygen::engine
