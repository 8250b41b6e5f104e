// What a DICOM file of libraygen says, module by module (PS3.3, A.8 Secondary Capture and A.26
// Digital X-Ray).

#include "image/dicom_write.hpp"

#include "error.hpp"
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

constexpr std::string_view explicit_little_endian = "1.2.840.10008.1.2.1",
                           secondary_capture_storage = "1.2.840.10008.5.1.4.1.1.7",
                           dx_for_presentation_storage = "1.2.840.10008.5.1.4.1.1.1.1",
                           version = RAYGEN_VERSION_STRING, producer = "libraygen",
                           not_for_diagnosis = "SYNTHETIC, not for diagnosis",
                           description_mark = "SYNTHETIC: ";
constexpr DicomTag sop_instance = 0x00080018, study_instance = 0x0020000d,
                   series_instance = 0x0020000e, study_date = 0x00080020, study_time = 0x00080030;
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
    if (json.is_object() && json.contains("model_sha256") && json["model_sha256"].is_string())
      model = dicom_text_cut("LO", json["model_sha256"].get<std::string>());
  }
  /// The first digits of the model's digest.
  std::string model_name() const { return "model " + (model.empty() ? "unknown" : model.substr(0, 16)); }
  std::string derivation() const {
    std::string text = "Made by libraygen " + std::string(version);
    if (!model.empty()) text += " with the model " + model;
    if (!sentence.empty()) text += " from the sentence: " + sentence;
    return dicom_text_cut("ST", std::move(text));
  }

  std::string sentence, model;  // empty where it is not told
};

void put_code(DicomDataSet& data, DicomTag sequence, std::string_view value,
              std::string_view scheme, std::string_view meaning) {
  DicomDataSet code;
  code.put_text(0x00080100, "SH", value);
  code.put_text(0x00080102, "SH", scheme);
  code.put_text(0x00080104, "LO", meaning);
  data.put_item(sequence, code);
}

// ---- Whose image ---------------------------------------------------------------------------------

void put_date_time(DicomDataSet& data, DicomTag date, DicomTag time, const std::string& date_time) {
  data.put_text(date, "DA", date_time.substr(0, 8));
  if (date_time.size() > 8) data.put_text(time, "TM", date_time.substr(8));
}

/// The date too, unless one is given: archives sort by it, and a clock would make two files of one.
void put_made_up_patient_and_study(const Making& making, const std::string& date_time,
                                   DicomDataSet& data) {
  data.put_text(0x00100010, "PN", "SYNTHETIC^NOBODY");
  data.put_text(0x00100020, "LO",
                making.model.empty() ? "SYNTHETIC" : "SYNTHETIC-" + making.model.substr(0, 8));
  data.put_text(0x00200010, "SH", "1");  // Study ID
  data.put_text(study_time, "TM", "000000");
  put_date_time(data, study_date, study_time, date_time.empty() ? "20000101" : date_time);
}

void put_patient_and_study(const Making& making, const DicomOptions& options,
                           const std::optional<DicomTemplate>& source, DicomDataSet& data) {
  for (const DicomTag tag : {0x00100010, 0x00080090}) data.put_text(tag, "PN", "");
  data.put_text(0x00100020, "LO", "");
  data.put_text(0x00100030, "DA", "");
  data.put_text(0x00100040, "CS", "");
  data.put_text(study_date, "DA", "");
  data.put_text(study_time, "TM", "");
  data.put_text(0x00080050, "SH", "");
  data.put_text(0x00200010, "SH", "");
  if (source) {
    for (const auto& text : source->texts) data.put_text(text.tag, text.vr, text.value);
  } else {
    put_made_up_patient_and_study(making, options.date_time, data);
  }
}

void put_source(const DicomTemplate& source, DicomDataSet& data) {
  DicomDataSet item;
  item.put_text(0x00081150, "UI", source.sop_class_uid);
  item.put_text(0x00081155, "UI", source.sop_instance_uid);
  put_code(item, 0x0040a170, "121322", "DCM", "Source image for image processing operation");
  data.put_item(0x00082112, item);
  put_code(data, 0x00089215, "113091", "DCM", "Pixel by pixel calculation");
}

// ---- What it is ----------------------------------------------------------------------------------

void put_series(const DicomOptions& options, DicomDataSet& data) {
  const bool is_dx = options.sop_class == DicomClass::dx_for_presentation;
  data.put_text(0x00080060, "CS", is_dx ? "DX" : "OT");
  data.put_text(0x00200011, "IS", std::to_string(options.series_number));
  data.put_text(0x0008103e, "LO",
                options.series_description.empty()
                    ? std::string(not_for_diagnosis)
                    : std::string(description_mark) + options.series_description);
  data.put_text(0x00180015, "CS", "CHEST");
}

void put_equipment(const Making& making, DicomDataSet& data) {
  DicomDataSet item;
  for (DicomDataSet* each : {&data, &item}) {
    each->put_text(0x00080070, "LO", producer);
    each->put_text(0x00081090, "LO", making.model_name());
    each->put_text(0x00181020, "LO", version);
  }
  put_code(item, 0x0040a170, "109103", "DCM", "Modifying Equipment");
  item.put_text(0x0018a003, "ST", not_for_diagnosis);
  data.put_item(0x0018a001, item);
}

void put_image(const Making& making, const DicomOptions& options, DicomDataSet& data) {
  data.put_text(0x00080005, "CS", "ISO_IR 192");
  data.put_text(0x00080016, "UI", sop_class_of(options));
  data.put_text(0x00200013, "IS", std::to_string(options.instance_number));
  data.put_texts(0x00200020, "CS", {"L", "F"});  // as frontal radiographs are shown
  data.put_text(0x00280300, "CS", "YES");        // Quality Control Image: of no patient
  data.put_text(0x00280301, "CS",
                options.annotation == DicomAnnotation::none ? "NO" : "YES");
  data.put_text(0x00282110, "CS", "00");  // Lossy Image Compression
  data.put_text(0x00082111, "ST", making.derivation());
  if (options.date_time.empty()) return;
  put_date_time(data, 0x00080012, 0x00080013, options.date_time);  // of the instance
  put_date_time(data, 0x00080021, 0x00080031, options.date_time);  // of the series
  put_date_time(data, 0x00080023, 0x00080033, options.date_time);  // of the content
}

void put_secondary_capture(const DicomOptions& options, DicomDataSet& data) {
  data.put_texts(0x00080008, "CS", {"DERIVED", "SECONDARY"});
  data.put_text(0x00080064, "CS", "SYN");  // Conversion Type: a synthetic image
  if (options.pixel_spacing) {
    const std::string spacing = dicom_decimal(*options.pixel_spacing);
    data.put_texts(0x00280030, "DS", {spacing, spacing});
  }
}

/// How large the pixels are at the detector, which a DX has to say. Returns whether it is known.
bool put_detector(const Image& image, const DicomOptions& options,
                  const std::optional<DicomTemplate>& source, DicomDataSet& data) {
  const auto shorter = static_cast<double>(std::min(image.width, image.height));
  const auto side = source ? source->shorter_side : std::nullopt;
  const std::string spacing =
      dicom_decimal(options.pixel_spacing.value_or(side.value_or(nominal_side) / shorter));
  data.put_texts(0x00181164, "DS", {spacing, spacing});  // Imager Pixel Spacing
  data.put_text(0x00187004, "CS", "");                   // Detector Type
  return options.pixel_spacing || side;
}

void put_digital_x_ray(DicomDataSet& data) {
  data.put_texts(0x00080008, "CS", {"DERIVED", "SECONDARY", ""});
  data.put_text(0x00080068, "CS", "FOR PRESENTATION");
  data.put_text(0x00200062, "CS", "U");  // Image Laterality: the chest is unpaired
  put_code(data, 0x00082218, "51185008", "SCT", "Chest");
  data.put_text(0x00281040, "CS", "LOG");
  data.put_number(0x00281041, -1);  // brighter is denser
  data.put_text(dicom_tag::rescale_intercept, "DS", "0");
  data.put_text(dicom_tag::rescale_slope, "DS", "1");
  data.put_text(0x00281054, "LO", "US");  // Rescale Type: unspecified
  data.put_text(0x20500020, "CS", "IDENTITY");
  data.put_empty_sequence(0x00400555);  // Acquisition Context
}

void put_comments(const Making& making, bool nominal_spacing, DicomDataSet& data) {
  std::string comments(not_for_diagnosis);
  if (nominal_spacing) comments += ". The pixel spacing is nominal";
  if (!making.sentence.empty()) comments += ". Sentence: " + making.sentence;
  data.put_text(0x00204000, "LT", dicom_text_cut("LT", std::move(comments)));
}

// ---- The file ------------------------------------------------------------------------------------

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
    fail(Status::invalid_argument,
         "date_time is \"{}\"; YYYYMMDD or YYYYMMDDHHMMSS was expected", date);
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

/// UIDs are made of all else that the file says: the same file has the same, another has others.
/// Returns the SOP Instance UID.
std::string put_uids(const DicomOptions& options, const std::optional<DicomTemplate>& source,
                     DicomDataSet& data) {
  const std::string content = sha256_hex(data.encoded());
  std::string study = options.study_uid;
  if (study.empty() && source) study = source->study_uid;
  if (study.empty()) study = dicom_uid("study " + content);
  const std::string series =
      options.series_uid.empty() ? dicom_uid("series " + study + " " + content) : options.series_uid;
  const std::string instance = dicom_uid("instance " + study + " " + series + " " + content);
  data.put_text(study_instance, "UI", study);
  data.put_text(series_instance, "UI", series);
  data.put_text(sop_instance, "UI", instance);
  return instance;
}

/// Preamble and meta information (PS3.10, 7.1).
std::string file_header(const DicomOptions& options, const std::string& instance) {
  DicomDataSet meta;
  meta.put_bytes(0x00020001, "OB", std::string("\x00\x01", 2));
  meta.put_text(0x00020002, "UI", sop_class_of(options));
  meta.put_text(0x00020003, "UI", instance);
  meta.put_text(dicom_tag::transfer_syntax, "UI", explicit_little_endian);
  meta.put_text(0x00020012, "UI", dicom_uid("libraygen, an implementation of DICOM files"));
  meta.put_text(0x00020013, "SH", dicom_text_cut("SH", "LIBRAYGEN " + std::string(version)));
  const std::string elements = meta.encoded();
  DicomDataSet length;
  length.put_length(0x00020000, elements.size());
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
