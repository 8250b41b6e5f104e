#pragma once

#include "image/dicom_data_set.hpp"
#include "limits.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// Whose image it is to be: the patient and the study of a DICOM file, and how large its pixels
/// are.
struct DicomTemplate {
  struct Text {
    DicomTag tag;
    std::string_view vr;
    std::string value;  // UTF-8, without padding
  };
  std::vector<Text> texts;  // of the modules Patient, General Study and Patient Study
  std::string study_uid, sop_class_uid, sop_instance_uid;  // empty where the file has none
  std::optional<double> shorter_side;                      // of the picture at the detector, in mm
  std::vector<std::string> warnings;                       // what was left out, and why
};

/// Any DICOM file, also one without pixels. Its texts become UTF-8. What its character set does not
/// hold or its VR does not allow is left out, with a warning: no name is better than a wrong one.
/// Throws Error(io | format | limit | unsupported) that names the file.
DicomTemplate decode_dicom_template(std::string_view bytes, const std::string& where);
DicomTemplate read_dicom_template(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
