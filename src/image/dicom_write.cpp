// What a DICOM file of libraygen says, module by module (PS3.3, A.8 Secondary Capture and A.26
// Digital X-Ray).

#include "image/dicom_write.hpp"

#include "error.hpp"
#include "image/dicom_attributes.hpp"
#include "image/dicom_own_texts.hpp"
#include "image/dicom_pixels.hpp"
#include "image/dicom_template.hpp"
#include "image/dicom_uid.hpp"
#include "image/dicom_value.hpp"
#include "storage/atomic_file.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"

#include <algorithm>

namespace raygen::engine {
namespace {

namespace tag = dicom_tag;

constexpr std::string_view explicit_little_endian = "1.2.840.10008.1.2.1",
                           secondary_capture_storage = "1.2.840.10008.5.1.4.1.1.7",
                           dx_for_presentation_storage = "1.2.840.10008.5.1.4.1.1.1.1",
                           version = RAYGEN_VERSION_STRING, producer = "libraygen",
                           not_for_diagnosis = "SYNTHETIC, not for diagnosis",
                           description_mark = "SYNTHETIC: ";
constexpr double nominal_side = 430;  // mm, of a chest detector

std::string_view sop_class_of(const DicomOptions& options) {
  return options.sop_class == DicomClass::secondary_capture ? secondary_capture_storage
                                                            : dx_for_presentation_storage;
}

/// What an image's texts tell of how it was made.
struct Making {
  explicit Making(const Image& image) {
    if (const auto text = image.text.find("Description"); text != image.text.end())
      sentence = text->second;
    const auto settings = image.text.find("raygen");
    if (settings == image.text.end()) return;
    const Json json = Json::parse(settings->second, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("model_sha256")) return;
    const Json& digest = json["model_sha256"];
    if (digest.is_string() && is_digest(digest.get_ref<const std::string&>()))
      model = digest.get<std::string>();
  }
  /// The first digits of the model's digest.
  std::string model_name() const {
    return "model " + (model.empty() ? "unknown" : model.substr(0, 16));
  }
  std::string derivation() const {
    std::string text = formatted("Made by libraygen {}", version);
    if (!model.empty()) text += formatted(" with the model {}", model);
    if (!sentence.empty()) text += formatted(" from the sentence: {}", sentence);
    return dicom_text_cut("ST", std::move(text));
  }

  std::string sentence, model;  // empty where it is not told

 private:
  /// Others may have written the settings.
  static bool is_digest(const std::string& text) {
    return text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  }
};

void put_code(DicomDataSet& data, DicomTag sequence, std::string_view value,
              std::string_view scheme, std::string_view meaning) {
  DicomDataSet code;
  code.put_text(tag::code_value, "SH", value);
  code.put_text(tag::coding_scheme, "SH", scheme);
  code.put_text(tag::code_meaning, "LO", meaning);
  data.put_item(sequence, code);
}

// ---- Whose image --------------------------------------------------------------------------------

void put_date_time(DicomDataSet& data, DicomTag date, DicomTag time, const std::string& date_time) {
  data.put_text(date, "DA", date_time.substr(0, 8));
  if (date_time.size() > 8) data.put_text(time, "TM", date_time.substr(8));
}

/// The date too, unless one is given: archives sort by it, and a clock would make two files of one.
void put_made_up_patient_and_study(const Making& making, const std::string& date_time,
                                   DicomDataSet& data) {
  data.put_text(tag::patient_name, "PN", "SYNTHETIC^NOBODY");
  data.put_text(tag::patient_id, "LO",
                making.model.empty() ? "SYNTHETIC" : "SYNTHETIC-" + making.model.substr(0, 8));
  data.put_text(tag::study_id, "SH", "1");
  data.put_text(tag::study_time, "TM", "000000");
  put_date_time(data, tag::study_date, tag::study_time, date_time.empty() ? "20000101" : date_time);
}

void put_patient_and_study(const Making& making, const DicomOptions& options,
                           const std::optional<DicomTemplate>& source, DicomDataSet& data) {
  data.put_text(tag::patient_name, "PN", "");
  data.put_text(tag::referring_physician, "PN", "");
  data.put_text(tag::patient_id, "LO", "");
  data.put_text(tag::birth_date, "DA", "");
  data.put_text(tag::patient_sex, "CS", "");
  data.put_text(tag::study_date, "DA", "");
  data.put_text(tag::study_time, "TM", "");
  data.put_text(tag::accession_number, "SH", "");
  data.put_text(tag::study_id, "SH", "");
  if (source) {
    for (const auto& text : source->texts) data.put_text(text.tag, text.vr, text.value);
  } else {
    put_made_up_patient_and_study(making, options.date_time, data);
  }
}

void put_source(const DicomTemplate& source, DicomDataSet& data) {
  DicomDataSet item;
  item.put_text(tag::referenced_sop_class, "UI", source.sop_class_uid);
  item.put_text(tag::referenced_sop_instance, "UI", source.sop_instance_uid);
  put_code(item, tag::purpose_of_reference, "121322", "DCM",
           "Source image for image processing operation");
  data.put_item(tag::source_image, item);
  put_code(data, tag::derivation_code, "113091", "DCM", "Pixel by pixel calculation");
}

// ---- What it is ---------------------------------------------------------------------------------

void put_series(const DicomOptions& options, DicomDataSet& data) {
  const bool is_dx = options.sop_class == DicomClass::dx_for_presentation;
  data.put_text(tag::modality, "CS", is_dx ? "DX" : "OT");
  data.put_text(tag::series_number, "IS", std::to_string(options.series_number));
  data.put_text(tag::series_description, "LO",
                options.series_description.empty()
                    ? std::string(not_for_diagnosis)
                    : std::string(description_mark) + options.series_description);
  data.put_text(tag::body_part, "CS", "CHEST");
}

void put_equipment(const Making& making, DicomDataSet& data) {
  DicomDataSet item;
  for (DicomDataSet* each : {&data, &item}) {
    each->put_text(tag::manufacturer, "LO", producer);
    each->put_text(tag::model_name, "LO", making.model_name());
    each->put_text(tag::software_versions, "LO", version);
  }
  put_code(item, tag::purpose_of_reference, "109103", "DCM", "Modifying Equipment");
  item.put_text(tag::contribution_description, "ST", not_for_diagnosis);
  data.put_item(tag::contributing_equipment, item);
}

void put_image(const Making& making, const DicomOptions& options, DicomDataSet& data) {
  data.put_text(tag::specific_character_set, "CS", "ISO_IR 192");
  data.put_text(tag::sop_class, "UI", sop_class_of(options));
  data.put_text(tag::instance_number, "IS", std::to_string(options.instance_number));
  data.put_texts(tag::patient_orientation, "CS", {"L", "F"});  // as frontal radiographs are shown
  data.put_text(tag::quality_control_image, "CS", "YES");      // of no patient
  data.put_text(tag::burned_in_annotation, "CS",
                options.annotation == DicomAnnotation::none ? "NO" : "YES");
  data.put_text(tag::lossy_compression, "CS", "00");
  data.put_text(tag::derivation_description, "ST", making.derivation());
  if (options.date_time.empty()) return;
  put_date_time(data, tag::instance_creation_date, tag::instance_creation_time, options.date_time);
  put_date_time(data, tag::series_date, tag::series_time, options.date_time);
  put_date_time(data, tag::content_date, tag::content_time, options.date_time);
}

void put_secondary_capture(const DicomOptions& options, DicomDataSet& data) {
  data.put_texts(tag::image_type, "CS", {"DERIVED", "SECONDARY"});
  data.put_text(tag::conversion_type, "CS", "SYN");  // a synthetic image
  if (options.pixel_spacing) {
    const std::string spacing = dicom_decimal(*options.pixel_spacing);
    data.put_texts(tag::pixel_spacing, "DS", {spacing, spacing});
  }
}

/// How large the pixels are at the detector, which a DX has to say. Returns whether it is known.
bool put_detector(const Image& image, const DicomOptions& options,
                  const std::optional<DicomTemplate>& source, DicomDataSet& data) {
  const auto shorter = static_cast<double>(std::min(image.width, image.height));
  const auto side = source ? source->shorter_side : std::nullopt;
  const std::string spacing =
      dicom_decimal(options.pixel_spacing.value_or(side.value_or(nominal_side) / shorter));
  data.put_texts(tag::imager_pixel_spacing, "DS", {spacing, spacing});
  data.put_text(tag::detector_type, "CS", "");
  return options.pixel_spacing || side;
}

void put_digital_x_ray(DicomDataSet& data) {
  data.put_texts(tag::image_type, "CS", {"DERIVED", "SECONDARY", ""});
  data.put_text(tag::presentation_intent, "CS", "FOR PRESENTATION");
  data.put_text(tag::image_laterality, "CS", "U");  // the chest is unpaired
  put_code(data, tag::anatomic_region, "51185008", "SCT", "Chest");
  data.put_text(tag::intensity_relationship, "CS", "LOG");
  data.put_number(tag::intensity_relationship_sign, -1);  // brighter is denser
  data.put_text(tag::rescale_intercept, "DS", "0");
  data.put_text(tag::rescale_slope, "DS", "1");
  data.put_text(tag::rescale_type, "LO", "US");  // unspecified
  data.put_text(tag::presentation_lut_shape, "CS", "IDENTITY");
  data.put_empty_sequence(tag::acquisition_context);
}

void put_comments(const Making& making, bool nominal_spacing, DicomDataSet& data) {
  std::string comments(not_for_diagnosis);
  if (nominal_spacing) comments += ". The pixel spacing is nominal";
  if (!making.sentence.empty()) comments += ". Sentence: " + making.sentence;
  data.put_text(tag::image_comments, "LT", dicom_text_cut("LT", std::move(comments)));
}

// ---- The file -----------------------------------------------------------------------------------

void check_text(const char* name, std::string_view vr, std::string_view text) {
  if (const std::string fault = dicom_value_fault(vr, text); !fault.empty())
    fail(Status::invalid_argument, "{} {}", name, fault);
}

void check(const DicomOptions& options) {
  if (options.bit_depth != 8 && options.bit_depth != 12 && options.bit_depth != 16)
    fail(Status::invalid_argument, "bit_depth is {}; 8, 12 or 16 was expected", options.bit_depth);
  check_text("study_uid", "UI", options.study_uid);
  check_text("series_uid", "UI", options.series_uid);
  if (!options.series_description.empty())
    check_text("series_description, behind \"SYNTHETIC: \",", "LO",
               std::string(description_mark) + options.series_description);
  const std::string& date = options.date_time;
  if (!date.empty() && ((date.size() != 8 && date.size() != 14) ||
                        !dicom_value_fault("DA", date.substr(0, 8)).empty() ||
                        !dicom_value_fault("TM", date.substr(8)).empty()))
    fail(Status::invalid_argument, "date_time is \"{}\"; YYYYMMDD or YYYYMMDDHHMMSS was expected",
         date);
  for (const auto& [name, number] : {std::pair("series_number", options.series_number),
                                     std::pair("instance_number", options.instance_number)}) {
    if (number < 0)
      fail(Status::invalid_argument, "{} is {}; 0 or more was expected", name, number);
  }
  if (options.pixel_spacing && !(*options.pixel_spacing >= 0.001 && *options.pixel_spacing <= 100))
    fail(Status::invalid_argument, "pixel_spacing is {}; 0.001 to 100 mm was expected",
         *options.pixel_spacing);
  if (options.derived_from_template && options.template_path.empty())
    fail(Status::invalid_argument,
         "derived_from_template is 1, and there is no template_path that it is derived from");
}

std::optional<DicomTemplate> template_of(const DicomOptions& options) {
  if (options.template_path.empty()) return std::nullopt;
  DicomTemplate source = read_dicom_template(options.template_path, options.limits);
  if (options.derived_from_template &&
      (source.sop_class_uid.empty() || source.sop_instance_uid.empty()))
    fail(Status::format,
         "{}: it has no SOP Class UID or no SOP Instance UID, and cannot be named as the source",
         options.template_path.string());
  return source;
}

/// UIDs are made of all else that the file says: the same file has the same, another has others. A
/// series that is given is in one study. Returns the SOP Instance UID.
std::string put_uids(const DicomOptions& options, const std::optional<DicomTemplate>& source,
                     DicomDataSet& data) {
  const std::string content = sha256_hex(data.encoded());
  std::string study = options.study_uid;
  if (study.empty() && source) study = source->study_uid;
  if (study.empty())
    study = dicom_uid("study " + (options.series_uid.empty() ? content : options.series_uid));
  const std::string series = options.series_uid.empty()
                                 ? dicom_uid("series " + study + " " + content)
                                 : options.series_uid;
  const std::string instance = dicom_uid("instance " + study + " " + series + " " + content);
  data.put_text(tag::study_instance, "UI", study);
  data.put_text(tag::series_instance, "UI", series);
  data.put_text(tag::sop_instance, "UI", instance);
  return instance;
}

/// Preamble and meta information (PS3.10, 7.1).
std::string file_header(const DicomOptions& options, const std::string& instance) {
  DicomDataSet meta;
  meta.put_bytes(tag::meta_information_version, "OB", std::string("\x00\x01", 2));
  meta.put_text(tag::media_storage_sop_class, "UI", sop_class_of(options));
  meta.put_text(tag::media_storage_sop_instance, "UI", instance);
  meta.put_text(tag::transfer_syntax, "UI", explicit_little_endian);
  meta.put_text(tag::implementation_class, "UI",
                dicom_uid("libraygen, an implementation of DICOM files"));
  meta.put_text(tag::implementation_version, "SH",
                dicom_text_cut("SH", "LIBRAYGEN " + std::string(version)));
  const std::string elements = meta.encoded();
  DicomDataSet length;
  length.put_length(tag::meta_information_length, elements.size());
  return std::string(128, '\0') + "DICM" + length.encoded() + elements;
}

}  // namespace

WrittenDicom encode_dicom(const Image& image, const DicomOptions& options) {
  check(options);
  const std::optional<DicomTemplate> source = template_of(options);
  const Making making(image);
  Image grey = to_grey(image);
  if (options.annotation == DicomAnnotation::burn_in) burn_in_mark(grey);

  DicomDataSet data;
  put_patient_and_study(making, options, source, data);
  put_series(options, data);
  put_equipment(making, data);
  put_image(making, options, data);
  bool nominal_spacing = false;
  if (options.sop_class == DicomClass::secondary_capture) {
    put_secondary_capture(options, data);
  } else {
    put_digital_x_ray(data);
    nominal_spacing = !put_detector(grey, options, source, data);
  }
  put_comments(making, nominal_spacing, data);
  if (options.derived_from_template) put_source(*source, data);
  put_own_texts(image.text, data);
  put_pixels(grey, options.bit_depth, data);

  const std::string instance = put_uids(options, source, data);
  return {file_header(options, instance) + data.encoded(),
          source ? source->warnings : std::vector<std::string>()};
}

std::vector<std::string> write_dicom(const Image& image, const std::filesystem::path& path,
                                     const DicomOptions& options) {
  WrittenDicom written = encode_dicom(image, options);
  AtomicFile file(path);
  file.write(written.bytes.data(), written.bytes.size());
  file.commit();
  return std::move(written.warnings);
}

}  // namespace raygen::engine
