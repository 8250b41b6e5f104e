#include "door.hpp"
#include "image/dicom_uid.hpp"
#include "image/dicom_write.hpp"

#include <cstdlib>
#include <memory>

namespace raygen::capi {
namespace {

engine::DicomOptions dicom_options_of(const raygen_dicom_options* options) {
  const raygen_dicom_options given =
      given_or_default(options, "options", "raygen_dicom_options", raygen_dicom_options_init);
  engine::DicomOptions result;
  result.sop_class = static_cast<engine::DicomClass>(choice(given.sop_class, 1, "sop_class"));
  result.bit_depth = given.bit_depth;
  result.annotation =
      static_cast<engine::DicomAnnotation>(choice(given.annotation, 2, "annotation"));
  result.derived_from_template = flag(given.derived_from_template, "derived_from_template");
  result.template_path = optional_path_of(given.template_path, "template_path");
  result.study_uid = text_of(given.study_uid, "study_uid");
  result.series_uid = text_of(given.series_uid, "series_uid");
  result.series_description = text_of(given.series_description, "series_description");
  result.date_time = text_of(given.date_time, "date_time");
  result.series_number = given.series_number;
  result.instance_number = given.instance_number;
  if (given.pixel_spacing != RAYGEN_DICOM_SPACING_UNKNOWN)
    result.pixel_spacing = given.pixel_spacing;
  result.limits = limits_of(given.limits);
  return result;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

void(raygen_dicom_options_init)(raygen_dicom_options* options, size_t struct_size) {
  raygen_dicom_options defaults{};
  defaults.sop_class = RAYGEN_DICOM_SECONDARY_CAPTURE;
  defaults.bit_depth = 12;
  defaults.annotation = RAYGEN_DICOM_ANNOTATION_NONE;
  defaults.series_number = defaults.instance_number = 1;
  defaults.pixel_spacing = RAYGEN_DICOM_SPACING_UNKNOWN;
  initialize(options, struct_size, defaults);
}

raygen_status raygen_image_write_dicom(const raygen_image* image, const char* path,
                                       size_t path_length, const raygen_dicom_options* options,
                                       char** warnings, raygen_error* error) {
  clear(warnings);
  return guard(error, [&] {
    const raygen_image& from = required(image, "image");
    if (warnings != nullptr) required(warnings, "warnings");
    give_lines(raygen::engine::write_dicom(from.image, path_of(path, path_length, "path"),
                                           dicom_options_of(options)),
               warnings);
  });
}

raygen_status raygen_image_encode_dicom(const raygen_image* image,
                                        const raygen_dicom_options* options, void** bytes,
                                        size_t* size, char** warnings, raygen_error* error) {
  clear(bytes);
  clear(warnings);
  return guard(error, [&] {
    const raygen_image& from = required(image, "image");
    void*& out = required(bytes, "bytes");
    size_t& length = required(size, "size");
    if (warnings != nullptr) required(warnings, "warnings");
    const raygen::engine::WrittenDicom written =
        raygen::engine::encode_dicom(from.image, dicom_options_of(options));
    std::unique_ptr<void, decltype(&std::free)> buffer(buffer_of(written.bytes), std::free);
    give_lines(written.warnings, warnings);
    out = buffer.release();
    length = written.bytes.size();
  });
}

raygen_status raygen_dicom_uid(const void* name, size_t size, char** uid, raygen_error* error) {
  clear(uid);
  return guard(error, [&] {
    char*& out = required(uid, "uid");
    if (size != 0 && name == nullptr)
      fail(Status::invalid_argument, "name is NULL, its size {}", size);
    if (size > PTRDIFF_MAX)
      fail(Status::invalid_argument, "name is {} bytes long, more than memory has", size);
    out = text_buffer(raygen::engine::dicom_uid({static_cast<const char*>(name), size}));
  });
}

}  // extern "C"
