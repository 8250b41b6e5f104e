#pragma once

#include "image/image.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

enum class DicomClass { secondary_capture = 0, dx_for_presentation = 1 };
/// Letters in the picture.
enum class DicomAnnotation {
  none = 0,
  burn_in = 1,  // SYNTHETIC is written into the lower left corner
  present = 2,  // the picture has some already
};

struct DicomOptions {
  DicomClass sop_class = DicomClass::secondary_capture;
  int bit_depth = 12;  // 8, 12 or 16
  DicomAnnotation annotation = DicomAnnotation::none;
  std::filesystem::path template_path = {};  // empty: a patient and a study are made up
  bool derived_from_template = false;        // the template's image is the source of this one
  std::string study_uid = {},
              series_uid = {};  // empty: the template's study, else made from the content
  std::string series_description = {};
  std::string date_time = {};  // YYYYMMDD or YYYYMMDDHHMMSS; empty: none but a made-up study's
  int series_number = 1, instance_number = 1;
  std::optional<double> pixel_spacing = {};  // mm at the detector
  Limits limits = {};                        // of the template
};

struct WrittenDicom {
  std::string bytes;
  std::vector<std::string> warnings;  // what of the template was left out, and why
};

/// A DICOM file of one grey image (the mean of the channels), MONOCHROME2, explicit VR
/// little-endian, that says that it is synthetic and how it was made; docs/dicom.md has the
/// attributes. The same image and options give the same bytes, UIDs included. Throws
/// Error(invalid_argument | limit | numeric), and those of the template.
WrittenDicom encode_dicom(const Image& image, const DicomOptions& options);
/// Into a file, under a temporary name that is renamed when the file is whole. Returns the
/// warnings. Throws Error(io) too.
std::vector<std::string> write_dicom(const Image& image, const std::filesystem::path& path,
                                     const DicomOptions& options);

}  // namespace raygen::engine
