#include <dcmtk/config/osconfig.h>

#include "image/dicom_template.hpp"

#include "error.hpp"
#include "image/codec.hpp"
#include "image/dcmtk_log.hpp"
#include "image/dicom_attributes.hpp"
#include "image/dicom_value.hpp"
#include "image/original.hpp"
#include "storage/number.hpp"

#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/ofstd/ofchrenc.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::engine {
namespace {

namespace tag = dicom_tag;

struct Attribute {
  DicomTag tag;
  std::string_view vr, name;
  bool has_several = false;  // values, of which the first is taken
};

/// What says whose image it is. Sequences and private elements are not taken.
constexpr std::array<Attribute, 20> patient_and_study{{
    {tag::patient_name, "PN", "Patient's Name"},
    {tag::patient_id, "LO", "Patient ID"},
    {tag::issuer_of_patient_id, "LO", "Issuer of Patient ID"},
    {tag::birth_date, "DA", "Patient's Birth Date"},
    {tag::birth_time, "TM", "Patient's Birth Time"},
    {tag::patient_sex, "CS", "Patient's Sex"},
    {tag::ethnic_group, "SH", "Ethnic Group"},
    {tag::patient_comments, "LT", "Patient Comments"},
    {tag::identity_removed, "CS", "Patient Identity Removed"},
    {tag::deidentification_method, "LO", "De-identification Method", true},
    {tag::study_date, "DA", "Study Date"},
    {tag::study_time, "TM", "Study Time"},
    {tag::accession_number, "SH", "Accession Number"},
    {tag::referring_physician, "PN", "Referring Physician's Name"},
    {tag::study_description, "LO", "Study Description"},
    {tag::physician_of_record, "PN", "Physician(s) of Record", true},
    {tag::study_id, "SH", "Study ID"},
    {tag::patient_age, "AS", "Patient's Age"},
    {tag::patient_size, "DS", "Patient's Size"},
    {tag::patient_weight, "DS", "Patient's Weight"},
}};

/// To UTF-8, by DCMTK: code extensions too (ISO 2022).
class CharacterSet {
 public:
  CharacterSet(const DicomElements& data, const std::string& where)
      : name_(data.text(tag::specific_character_set)) {
    if (set_.selectCharacterSet(name_.c_str(), "ISO_IR 192").good()) return;
    // glibc knows Japanese's sets only together, with the escape sequences that DICOM has, too.
    is_japanese_ = has_japanese_sets() && japanese_.selectEncoding("ISO-2022-JP-2", "UTF-8").good();
    if (!is_japanese_)
      fail(Status::unsupported, "{}: Specific Character Set \"{}\" is not read", where, name_);
  }
  /// nullopt for bytes that are none of the set's.
  std::optional<std::string> to_utf8(const std::string& text, std::string_view vr) {
    OFString converted;
    const char* const delimiters = vr == "PN" ? "\\^=" : "\\";
    const OFString bytes(text.data(), text.size());
    const OFCondition condition = is_japanese_ ? japanese_.convertString(bytes, converted)
                                               : set_.convertString(bytes, converted, delimiters);
    if (condition.bad()) return std::nullopt;
    return std::string(converted.data(), converted.size());
  }
  std::string name() const { return name_.empty() ? "ISO_IR 6" : name_; }

 private:
  /// Beside ASCII, those of kanji, and one of them at least.
  bool has_japanese_sets() const {
    bool has_kanji = false;
    for (std::size_t at = 0; at <= name_.size();) {
      const std::size_t end = std::min(name_.find('\\', at), name_.size());
      const std::string_view term = std::string_view(name_).substr(at, end - at);
      const bool is_kanji = term == "ISO 2022 IR 87" || term == "ISO 2022 IR 159";
      if (!is_kanji && !term.empty() && term != "ISO 2022 IR 6") return false;
      has_kanji = has_kanji || is_kanji;
      at = end + 1;
    }
    return has_kanji;
  }

  std::string name_;
  DcmSpecificCharacterSet set_;
  bool is_japanese_ = false;
  OFCharacterEncoding japanese_;
};

/// Its text, or why it has none that can be used.
void take(const Attribute& attribute, const DicomElements& data, CharacterSet& characters,
          DicomTemplate& result) {
  constexpr std::size_t longest = 65536;  // more than a text of any of these VRs has
  const std::string bytes = data.text(attribute.tag);
  if (bytes.empty()) return;
  const auto leave_out = [&](const std::string& why) {
    result.warnings.push_back(
        formatted("the template's {} is left out: it {}", attribute.name, why));
  };
  if (bytes.size() > longest) return leave_out(formatted("has {} bytes", bytes.size()));
  std::optional<std::string> text = characters.to_utf8(bytes, attribute.vr);
  if (!text) return leave_out("is not in the file's character set, " + characters.name());
  if (attribute.has_several) text->resize(std::min(text->find('\\'), text->size()));
  const std::string fault = dicom_value_fault(attribute.vr, *text);
  if (!fault.empty()) return leave_out(fault);
  result.texts.push_back({attribute.tag, attribute.vr, *text});
}

std::string uid(const DicomElements& data, DicomTag tag, const char* name,
                const std::string& where) {
  std::string text = data.text(tag);
  if (const std::string fault = dicom_value_fault("UI", text); !fault.empty())
    fail(Status::format, "{}: the {} {}", where, name, fault);
  return text;
}

/// Rows and columns of square pixels, times their spacing. None where the file does not tell all.
std::optional<double> shorter_side(const DicomElements& data) {
  std::string spacing = data.text(tag::imager_pixel_spacing);
  if (spacing.empty()) spacing = data.text(tag::pixel_spacing);
  double millimetres = 0;
  const auto rows = data.number(tag::rows), columns = data.number(tag::columns);
  if (!rows || !columns || !parse_number(spacing.substr(0, spacing.find('\\')), millimetres))
    return std::nullopt;
  const double side = millimetres * std::min(*rows, *columns);
  constexpr double most = 10000;  // ten metres
  if (!(side > 0 && side <= most)) return std::nullopt;
  return side;
}

}  // namespace

DicomTemplate decode_dicom_template(std::string_view bytes, const std::string& where) {
  if (!is_dicom(bytes))
    fail(Status::format, "{}: no DICOM file; one was expected, whose patient and study are taken",
         where);
  const DicomElements data = read_dicom_file(bytes, where).data;

  DicomTemplate result;
  {
    const DcmtkIsQuiet quiet(dcmtk_log);
    CharacterSet characters(data, where);
    for (const Attribute& attribute : patient_and_study) take(attribute, data, characters, result);
  }
  for (std::string& warning : result.warnings) warning.insert(0, where + ": ");
  result.study_uid = uid(data, tag::study_instance, "Study Instance UID", where);
  result.sop_class_uid = uid(data, tag::sop_class, "SOP Class UID", where);
  result.sop_instance_uid = uid(data, tag::sop_instance, "SOP Instance UID", where);
  result.shorter_side = shorter_side(data);
  return result;
}

DicomTemplate read_dicom_template(const std::filesystem::path& path, const Limits& limits) {
  return decode_dicom_template(read_image_bytes(path, limits), path.string());
}

}  // namespace raygen::engine
