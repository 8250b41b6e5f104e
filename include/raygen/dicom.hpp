#pragma once
// Images as DICOM files.
//
//   raygen::DicomOptions options;
//   options.sop_class = raygen::DicomClass::dx_for_presentation;
//   options.template_path = "film.dcm";              // whose patient and study are taken
//   for (const std::string& warning : image.write_dicom("synthetic.dcm", options))
//     std::puts(warning.c_str());

#include "limits.hpp"
#include "strings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raygen {

enum class DicomClass : std::int32_t {
  secondary_capture = RAYGEN_DICOM_SECONDARY_CAPTURE,
  dx_for_presentation = RAYGEN_DICOM_DX_FOR_PRESENTATION,
};
/// Letters in the picture.
enum class DicomAnnotation : std::int32_t {
  none = RAYGEN_DICOM_ANNOTATION_NONE,
  burn_in = RAYGEN_DICOM_ANNOTATION_BURN_IN,  ///< SYNTHETIC is written into its lower left corner
  present = RAYGEN_DICOM_ANNOTATION_PRESENT,  ///< the picture has some already
};

/// What a DICOM file says besides the picture and its texts: docs/dicom.md.
struct DicomOptions {
  DicomClass sop_class = DicomClass::secondary_capture;
  std::int32_t bit_depth = 12;  ///< 8, 12 or 16
  DicomAnnotation annotation = DicomAnnotation::none;
  /// A DICOM file, whose patient and study are taken; empty: made up.
  std::string template_path;
  /// The image was made from the template's, which is named as its source.
  bool derived_from_template = false;
  /// Empty: the template's; without one, made of series_uid, or else a UID of this image's own.
  std::string study_uid;
  std::string series_uid;          ///< empty: a UID of this image's own
  std::string series_description;  ///< behind "SYNTHETIC: "
  /// YYYYMMDD or YYYYMMDDHHMMSS, of the instance, its series, and a study that is made up; empty:
  /// none but a made-up study's 20000101.
  std::string date_time;
  std::int32_t series_number = 1, instance_number = 1;  ///< 0 or more
  /// mm at the detector, 0.001 to 100; none: not written; a DX, which must have one,
  /// has the template's or a nominal one.
  std::optional<double> pixel_spacing;
  Limits limits;  ///< of the template
};

/// "2.25." and the decimal number of a UUID (PS3.5, B.2) that is made of `name`, any bytes: the
/// same name has the same UID. For a study or a series of several images.
inline std::string dicom_uid(const std::string& name) {
  return detail::text_from([&](char** uid, raygen_error* error) {
    return raygen_dicom_uid(name.data(), name.size(), uid, error);
  });
}

namespace detail {

/// Alive as long as the options.
inline raygen_dicom_options raw_dicom_options(const DicomOptions& options) {
  raygen_dicom_options raw;
  raygen_dicom_options_init(&raw);
  raw.sop_class = static_cast<raygen_dicom_class>(options.sop_class);
  raw.bit_depth = options.bit_depth;
  raw.annotation = static_cast<raygen_dicom_annotation>(options.annotation);
  raw.derived_from_template = options.derived_from_template ? 1 : 0;
  raw.template_path = raw_string(options.template_path);
  raw.study_uid = raw_string(options.study_uid);
  raw.series_uid = raw_string(options.series_uid);
  raw.series_description = raw_string(options.series_description);
  raw.date_time = raw_string(options.date_time);
  raw.series_number = options.series_number;
  raw.instance_number = options.instance_number;
  raw.pixel_spacing = options.pixel_spacing.value_or(RAYGEN_DICOM_SPACING_UNKNOWN);
  raw.limits = &options.limits;
  return raw;
}

}  // namespace detail
}  // namespace raygen
