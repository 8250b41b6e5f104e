// A chest DICOM goes through the tokens and back, and another image is generated from a sentence;
// both become DICOM files that say what they are: Secondary Capture, derived, synthetic, not for
// diagnosis, with UIDs of their own and what reproduces them.
//
//   synthesise MODEL IN.dcm RECONSTRUCTED.dcm GENERATED.dcm ["Sentence."]     (without a sentence:
//   the description in the file)
#include <raygen/raygen.hpp>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcvrda.h>
#include <dcmtk/dcmdata/dcvrlo.h>
#include <dcmtk/dcmdata/dcvrtm.h>
#include <dcmtk/dcmdata/dcvrut.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void check(const OFCondition& condition, const std::string& what) {
  if (condition.bad()) throw std::runtime_error(what + ": " + condition.text());
}

std::string text(DcmItem& from, const DcmTagKey& tag) {
  OFString value;
  from.findAndGetOFStringArray(tag, value);
  return value.c_str();
}

void put(DcmItem& into, const DcmTagKey& tag, const std::string& value) {
  check(into.putAndInsertString(DcmTag(tag), value.c_str()), DcmTag(tag).getTagName());
}

/// Texts are written as UTF-8, whatever the source has them in. Where DCMTK cannot convert them, a
/// text is dropped that would read otherwise: no name is better than a wrong one.
void convert_texts(DcmFileFormat& source, const char* path) {
  const OFCondition converted = source.convertToUTF8();
  if (converted.good()) return;
  DcmItem& data = *source.getDataset();
  for (const DcmTagKey& tag :
       {DCM_PatientName, DCM_PatientID, DCM_AccessionNumber, DCM_ReferringPhysicianName,
        DCM_StudyID, DCM_StudyDescription, DCM_ImageComments}) {
    const std::string value = text(data, tag);
    if (std::all_of(value.begin(), value.end(),
                    [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r'; }))
      continue;
    std::cerr << "warning: " << path << ": " << DcmTag(tag).getTagName()
              << " is left out: " << converted.text() << '\n';
    put(data, tag, "");
  }
}

std::string new_uid(const char* root) {
  char uid[100];
  return dcmGenerateUniqueIdentifier(uid, root);
}

/// A code of the DICOM standard's own dictionary in a sequence of one item.
void put_code(DcmItem& into, const DcmTagKey& sequence, const char* value, const char* meaning) {
  DcmItem* code = nullptr;
  check(into.findOrCreateSequenceItem(sequence, code, -2), "a code");
  put(*code, DCM_CodeValue, value);
  put(*code, DCM_CodingSchemeDesignator, "DCM");
  put(*code, DCM_CodeMeaning, meaning);
}

void put_pixels(DcmItem& into, const raygen::Image& image) {
  const raygen::Image grey = image.grey();
  std::vector<Uint8> bytes;
  for (const float value : grey.pixels())
    bytes.push_back(static_cast<Uint8>(std::lround(value * 255.0F)));
  if (bytes.size() % 2 != 0) bytes.push_back(0);
  check(into.putAndInsertUint16(DCM_SamplesPerPixel, 1), "pixels");
  put(into, DCM_PhotometricInterpretation, "MONOCHROME2");
  check(into.putAndInsertUint16(DCM_Rows, static_cast<Uint16>(grey.height())), "rows");
  check(into.putAndInsertUint16(DCM_Columns, static_cast<Uint16>(grey.width())), "columns");
  check(into.putAndInsertUint16(DCM_BitsAllocated, 8), "bits");
  check(into.putAndInsertUint16(DCM_BitsStored, 8), "bits");
  check(into.putAndInsertUint16(DCM_HighBit, 7), "bits");
  check(into.putAndInsertUint16(DCM_PixelRepresentation, 0), "pixels");
  check(into.putAndInsertUint8Array(DCM_PixelData, bytes.data(),
                                    static_cast<unsigned long>(bytes.size())),
        "pixels");
}

/// What every file of ours has. `derivation` is for people, `provenance` (JSON) for programs.
void describe(DcmItem& into, const raygen::Model& model, const std::string& derivation,
              const std::string& provenance) {
  OFString date, time;
  DcmDate::getCurrentDate(date);
  DcmTime::getCurrentTime(time);
  put(into, DCM_SpecificCharacterSet, "ISO_IR 192");
  put(into, DCM_SOPClassUID, UID_SecondaryCaptureImageStorage);
  put(into, DCM_SOPInstanceUID, new_uid(SITE_INSTANCE_UID_ROOT));
  put(into, DCM_SeriesInstanceUID, new_uid(SITE_SERIES_UID_ROOT));
  put(into, DCM_Modality, "OT");
  put(into, DCM_Laterality, "");
  put(into, DCM_SeriesNumber, "1");
  put(into, DCM_InstanceNumber, "1");
  put(into, DCM_Manufacturer, "libraygen");
  put(into, DCM_SoftwareVersions, raygen_version());
  put(into, DCM_InstanceCreationDate, date.c_str());
  put(into, DCM_InstanceCreationTime, time.c_str());
  put(into, DCM_DateOfSecondaryCapture, date.c_str());
  put(into, DCM_TimeOfSecondaryCapture, time.c_str());
  put(into, DCM_ConversionType, "SYN");
  put(into, DCM_BurnedInAnnotation, "NO");
  put(into, DCM_PatientOrientation, "L\\F");
  put(into, DCM_SeriesDescription, "SYNTHETIC, not for diagnosis");
  put(into, DCM_ImageComments, "SYNTHETIC, not for diagnosis");
  put(into, DCM_DerivationDescription, derivation);
  DcmItem* equipment = nullptr;
  check(into.findOrCreateSequenceItem(DCM_ContributingEquipmentSequence, equipment, -2),
        "equipment");
  put_code(*equipment, DCM_PurposeOfReferenceCodeSequence, "109103", "Modifying Equipment");
  put(*equipment, DCM_Manufacturer, "libraygen");
  put(*equipment, DCM_ManufacturerModelName, "model " + model.digest().substr(0, 16));
  put(*equipment, DCM_SoftwareVersions, raygen_version());
  put(into, DcmTagKey(0x0009, 0x0010), "LIBRAYGEN");  // a private block: what reproduces the image
  auto* element = new DcmUnlimitedText(DcmTag(0x0009, 0x1001, EVR_UT));
  check(into.insert(element), "provenance");
  check(element->putString(provenance.c_str()), "provenance");
}

void save(DcmFileFormat& file, const char* path) {
  check(file.saveFile(path, EXS_LittleEndianExplicit), path);
  std::cout << path << '\n';
}

/// The patient's own image seen through the tokens: it stays in the patient's study.
void write_reconstruction(const char* path, const raygen::Model& model, const raygen::Image& image,
                          DcmItem& source, const std::string& provenance) {
  DcmFileFormat file;
  DcmItem& data = *file.getDataset();
  describe(data, model, "Encoded to the tokens of a VQ-GAN and decoded again by libraygen",
           provenance);
  put(data, DCM_ImageType, "DERIVED\\SECONDARY");
  for (const DcmTagKey& tag :
       {DCM_PatientName, DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyDate,
        DCM_StudyTime, DCM_AccessionNumber, DCM_ReferringPhysicianName, DCM_StudyID}) {
    put(data, tag, text(source, tag));
  }
  const std::string study = text(source, DCM_StudyInstanceUID);
  put(data, DCM_StudyInstanceUID, study.empty() ? new_uid(SITE_STUDY_UID_ROOT) : study);
  DcmItem* from = nullptr;
  check(data.findOrCreateSequenceItem(DCM_SourceImageSequence, from, -2), "the source");
  put(*from, DCM_ReferencedSOPClassUID, text(source, DCM_SOPClassUID));
  put(*from, DCM_ReferencedSOPInstanceUID, text(source, DCM_SOPInstanceUID));
  put_code(*from, DCM_PurposeOfReferenceCodeSequence, "121322",
           "Source image for image processing operation");
  put_code(data, DCM_DerivationCodeSequence, "113091", "Pixel by pixel calculation");
  put_pixels(data, image);
  save(file, path);
}

/// Nobody's image: a patient and a study of its own.
void write_generated(const char* path, const raygen::Model& model, const raygen::Image& image) {
  DcmFileFormat file;
  DcmItem& data = *file.getDataset();
  describe(data, model, "Generated by libraygen from the sentence: " + image.text("Description"),
           image.text("raygen"));
  put(data, DCM_ImageType, "DERIVED\\SECONDARY");
  put(data, DCM_PatientName, "SYNTHETIC^NOBODY");
  put(data, DCM_PatientID, "SYNTHETIC-" + model.digest().substr(0, 8));
  for (const DcmTagKey& tag : {DCM_PatientBirthDate, DCM_PatientSex, DCM_AccessionNumber,
                               DCM_ReferringPhysicianName, DCM_StudyID})
    put(data, tag, "");
  OFString date, time;
  DcmDate::getCurrentDate(date);
  DcmTime::getCurrentTime(time);
  put(data, DCM_StudyDate, date.c_str());
  put(data, DCM_StudyTime, time.c_str());
  put(data, DCM_StudyInstanceUID, new_uid(SITE_STUDY_UID_ROOT));
  put_pixels(data, image);
  save(file, path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::cerr << "usage: " << argv[0]
              << " MODEL IN.dcm RECONSTRUCTED.dcm GENERATED.dcm [SENTENCE]\n";
    return 2;
  }
  try {
    DcmFileFormat source;
    check(source.loadFile(argv[2]), argv[2]);
    convert_texts(source, argv[2]);
    DcmItem& data = *source.getDataset();
    std::string sentence = argc == 6 ? argv[5] : text(data, DCM_ImageComments);
    if (sentence.empty()) sentence = text(data, DCM_StudyDescription);
    if (sentence.empty())
      throw std::runtime_error(std::string(argv[2]) + " holds no description: give a sentence");

    const auto model = raygen::Model::open(argv[1]);
    raygen::Encoder codec(model);
    const raygen::Image reconstructed =
        codec.decode(codec.encode(raygen::Image::read(argv[2])));  // read as a viewer shows it
    const std::string provenance = std::string("{\"generator\": \"libraygen ") + raygen_version() +
                                   "\", \"synthetic\": true, \"model_sha256\": \"" +
                                   model.digest() + "\", \"operation\": \"reconstruction\"}";
    write_reconstruction(argv[3], model, reconstructed, data, provenance);

    raygen::Options options;
    options.seed = 7;
    write_generated(argv[4], model, raygen::Generator(model).generate({sentence}, options)[0]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
