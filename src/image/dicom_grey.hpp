#pragma once

#include "image/dicom_frame.hpp"
#include "image/image.hpp"

namespace raygen::engine {

/// A MONOCHROME image as a viewer shows it.
Image shown_grey(const DicomElements& data, const DicomFrame& frame, const std::string& where);

}  // namespace raygen::engine
