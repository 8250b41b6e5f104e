#include "dataset/known_tables.hpp"

#include <algorithm>

namespace raygen::engine {
namespace {

using Findings = std::vector<KnownFindings>;

constexpr std::string_view labels_only =
    "it has labels and no reports: name a column of texts, or ask for texts from the findings";

Findings flags(const KnownTable::Names& columns) {
  Findings findings;
  for (const std::string_view column : columns) findings.push_back({column, FindingsCell::flag});
  return findings;
}

/// The observations of the CheXpert labeller.
const Findings& chexpert_labels() {
  static const Findings labels =
      flags({"No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity",
             "Lung Lesion", "Edema", "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax",
             "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices"});
  return labels;
}

/// VinDr-CXR's global labels, as PhysioNet and Kaggle spell them.
const Findings& vindr_labels() {
  static const Findings labels = flags({"Aortic enlargement",
                                        "Atelectasis",
                                        "Calcification",
                                        "Cardiomegaly",
                                        "Clavicle fracture",
                                        "Consolidation",
                                        "Edema",
                                        "Emphysema",
                                        "Enlarged PA",
                                        "ILD",
                                        "Infiltration",
                                        "Lung Opacity",
                                        "Lung cavity",
                                        "Lung cyst",
                                        "Mediastinal shift",
                                        "Nodule/Mass",
                                        "Pleural effusion",
                                        "Pleural thickening",
                                        "Pneumothorax",
                                        "Pulmonary fibrosis",
                                        "Rib fracture",
                                        "Other lesion",
                                        "COPD",
                                        "Lung tumor",
                                        "Pneumonia",
                                        "Tuberculosis",
                                        "Other disease",
                                        "Other diseases",
                                        "No finding"});
  return labels;
}

KnownTable vindr(KnownTable::Names signature, Findings findings) {
  return {.name = "VinDr-CXR",
          .signature = std::move(signature),
          .paths = {"{image_id}"},
          .folders = {"train", "test"},
          .suffixes = {".dicom", ".dcm", ".png", ".jpg"},
          .has_patients = false,
          .findings = std::move(findings),
          .several_rows = true,
          .advice = labels_only};
}

KnownTable rsna(KnownTable::Names signature, Findings findings) {
  return {.name = "RSNA pneumonia",
          .signature = std::move(signature),
          .paths = {"{patientId}"},
          .folders = {"stage_2_train_images", "stage_2_test_images"},
          .suffixes = {".dcm", ".png", ".jpg"},
          .patient = {"patientId"},
          .findings = std::move(findings),
          .several_rows = true,
          .note =
              "each image has a patientId of its own, though some are of one person of "
              "ChestX-ray14",
          .advice = labels_only};
}

KnownTable mimic(KnownTable::Names signature) {
  return {.name = "MIMIC-CXR",
          .signature = std::move(signature),
          .paths = {"files/p{subject_id:2}/p{subject_id}/s{study_id}/{dicom_id}"},
          .suffixes = {".jpg", ".dcm", ".png"},
          .patient = {"subject_id"},
          .advice =
              "its reports are files of their own: `raygen prepare mimic --root FOLDER` "
              "(prepare_mimic) reads its tables and them"};
}

const std::vector<KnownTable>& known_tables() {
  static const std::vector<KnownTable> tables = {
      mimic({"dicom_id", "subject_id", "study_id"}),
      mimic({"subject_id", "study_id", "Enlarged Cardiomediastinum"}),
      {.name = "CheXpert Plus",
       .signature = {"path_to_image", "deid_patient_id"},
       .paths = {"{path_to_image}", "{path_to_dcm}"},
       .folders = {"PNG", "DICOM"},
       .suffixes = {".png", ".jpg", ".dcm"},
       .patient = {"deid_patient_id"},
       .text = {"section_impression", "section_findings"},
       .view = {"ap_pa", "frontal_lateral"}},
      {.name = "CheXpert",
       .signature = {"Path", "Frontal/Lateral", "AP/PA"},
       .leading_folder = "CheXpert",
       .view = {"AP/PA", "Frontal/Lateral"},
       .findings = chexpert_labels(),
       .advice = labels_only},
      {.name = "PadChest",
       .signature = {"ImageID", "PatientID", "Projection"},
       .paths = {"{ImageDir}/{ImageID}"},
       .patient = {"PatientID"},
       .text = {"Report"},
       .view = {"Projection"},
       .findings = {{"Labels", FindingsCell::python_list}}},
      {.name = "NIH ChestX-ray14",
       .signature = {"Image Index", "Finding Labels"},
       .folders = {"images"},
       .patient = {"Patient ID"},
       .view = {"View Position"},
       .findings = {{"Finding Labels", FindingsCell::bars}},
       .advice = labels_only},
      vindr({"image_id", "class_name", "x_min"}, {{"class_name", FindingsCell::name}}),
      vindr({"image_id", "rad_id", "Aortic enlargement"}, vindr_labels()),
      vindr({"image_id", "Aortic enlargement", "Nodule/Mass"}, vindr_labels()),
      rsna({"patientId", "x", "y", "width", "height", "Target"},
           {{"Target", FindingsCell::flag, "Lung Opacity"}, {"class", FindingsCell::name}}),
      rsna({"patientId", "class"}, {{"class", FindingsCell::name}}),
      {.name = "OpenI",
       .signature = {"uid", "filename", "projection"},
       .paths = {"{filename}"},
       .folders = {"images/images_normalized", "images_normalized", "images"},
       .patient = {"uid"},
       .text = {"impression", "findings"},
       .view = {"projection"},
       .findings = {{"Problems", FindingsCell::semicolons}},
       .advice = "its reports are in indiana_reports.csv: join both tables by uid"},
      {.name = "OpenI reports",
       .signature = {"uid", "MeSH", "indication", "impression"},
       .paths = {"{filename}"},
       .folders = {"images/images_normalized", "images_normalized", "images"},
       .patient = {"uid"},
       .text = {"impression", "findings"},
       .findings = {{"Problems", FindingsCell::semicolons}},
       .advice = "its images are in indiana_projections.csv: join both tables by uid"},
      {.name = "SIIM-ACR pneumothorax",
       .signature = {"ImageId", "EncodedPixels"},
       .paths = {"{ImageId}"},
       .folders = {"dicom-images-train", "train_png", "stage_2_images"},
       .suffixes = {".dcm", ".png", ".jpg"},
       .has_patients = false,
       .findings = {{"EncodedPixels", FindingsCell::mask, "Pneumothorax"}},
       .several_rows = true,
       .advice = labels_only},
      {.name = "BRAX",
       .signature = {"PatientID", "AccessionNumber", "Enlarged Cardiomediastinum"},
       .paths = {"{PngPath}", "{DicomPath}"},
       .patient = {"PatientID"},
       .view = {"ViewPosition"},
       .findings = chexpert_labels(),
       .advice = labels_only}};
  return tables;
}

}  // namespace

const KnownTable* known_table(const std::function<bool(std::string_view)>& has_column) {
  for (const KnownTable& table : known_tables()) {
    if (std::all_of(table.signature.begin(), table.signature.end(), has_column)) return &table;
  }
  return nullptr;
}

}  // namespace raygen::engine
