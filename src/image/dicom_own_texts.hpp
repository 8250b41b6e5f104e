#pragma once
// An image's texts in a private block of a DICOM file: (0009,xx01) what "raygen" has, JSON of all
// that reproduces the image; (0009,xx02) the others, a JSON object.

#include "image/dicom_data_set.hpp"
#include "image/image.hpp"

#include <map>
#include <string>

namespace raygen::engine {

void put_own_texts(const std::map<std::string, std::string>& texts, DicomDataSet& data);
/// Empty where the file is not ours. Whatever the file holds, the texts are such as a PNG can have.
std::map<std::string, std::string> own_texts(const DicomElements& data);

}  // namespace raygen::engine
