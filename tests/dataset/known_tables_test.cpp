// Tables of public data sets: their true headers, invented rows.

#include "dataset/prepare.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

struct Known {
  std::string table;                // in/table.csv
  std::vector<std::string> images;  // within in/
};

/// What a known table came to.
struct Made {
  std::string description, error;
  std::vector<Record> records;

  std::vector<std::string> of(std::string Record::*member) const {
    std::vector<std::string> values;
    for (const Record& record : records) values.push_back(record.*member);
    return values;
  }
};

using Strings = std::vector<std::string>;

Made prepare(const Known& known, const std::function<void(TableOptions&)>& change = {}) {
  const TemporaryFolder folder;
  write_file(folder.path() / "in/table.csv", known.table);
  for (const std::string& image : known.images)
    write_image(folder.path() / "in" / image, square(0.5F));
  Made made;
  TableOptions options;
  options.out = folder.path() / "out";
  options.resolution = 4;
  options.tables = {{folder.path() / "in/table.csv", {}}};
  options.describe = [&](const std::string& text) { made.description = text; };
  if (change) change(options);
  try {
    prepare_table(options);
  } catch (const Error& error) {
    made.error = error.what();
    return made;
  }
  const Dataset dataset = Dataset::open(options.out);
  for (std::size_t i = 0; i < dataset.size(); ++i) made.records.push_back(dataset.record(i));
  return made;
}

void from_findings(TableOptions& options) { options.text_from_findings = true; }
void per_image(TableOptions& options) {
  options.text_from_findings = options.patient_per_image = true;
}

const std::string chexpert_labels =
    "No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,"
    "Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,"
    "Support Devices";

}  // namespace

TEST_CASE("MIMIC-CXR") {
  const std::string metadata =
      "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,"
      "StudyDate,StudyTime,ProcedureCodeSequence_CodeMeaning,ViewCodeSequence_CodeMeaning,"
      "PatientOrientationCodeSequence_CodeMeaning";
  const std::string row =
      "02aa804e-bde0afdd,10000032,50414267,CHEST (PA AND LAT),PA,3056,2544,21800506,"
      "213014.531,CHEST (PA AND LAT),postero-anterior,Erect";
  const Made bare = prepare({metadata + "\n" + row + "\n", {}});
  CHECK_THAT(bare.error, Catch::Contains("table of MIMIC-CXR") && Catch::Contains("prepare mimic"));

  const Made made = prepare({metadata + ",impression\n" + row + ",Clear lungs.\n",
                             {"files/p10/p10000032/s50414267/02aa804e-bde0afdd.jpg"}});
  CHECK(made.error == "");
  CHECK_THAT(made.description, Catch::Contains("(MIMIC-CXR)") &&
                                   Catch::Contains("files/p{subject_id:2}") &&
                                   Catch::Contains("patient from \"subject_id\"") &&
                                   Catch::Contains("view from \"ViewPosition\""));
  CHECK(made.of(&Record::patient) == Strings{"10000032"});
  CHECK(made.of(&Record::id) == Strings{"02aa804e-bde0afdd"});
  CHECK_THAT(prepare({"dicom_id,study_id,subject_id,split\na,1,10000032,train\n", {}}).error,
             Catch::Contains("prepare mimic"));
  CHECK_THAT(
      prepare({"subject_id,study_id," + chexpert_labels + "\n10,5,1.0,,,,,,,,,,,,,\n", {}}).error,
      Catch::Contains("table of MIMIC-CXR"));
}

TEST_CASE("CheXpert") {
  const std::string header = "Path,Sex,Age,Frontal/Lateral,AP/PA," + chexpert_labels;
  const Known known{header +
                        "\n"
                        "CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,Female,68,"
                        "Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0\n"
                        "CheXpert-v1.0-small/train/patient00001/study2/view2_lateral.jpg,Female,69,"
                        "Lateral,,,,1.0,,,-1.0,,,,,,,,\n",
                    {"train/patient00001/study1/view1_frontal.jpg",
                     "train/patient00001/study2/view2_lateral.jpg"}};
  CHECK_THAT(prepare(known).error, Catch::Contains("table of CheXpert") &&
                                       Catch::Contains("--text-column") &&
                                       Catch::Contains("--text-from-findings"));
  const Made made = prepare(known, from_findings);
  CHECK(made.error == "");
  CHECK(made.of(&Record::patient) == Strings{"patient00001", "patient00001"});
  CHECK(made.of(&Record::view) == Strings{"AP", "Lateral"});
  CHECK(made.of(&Record::text) == Strings{"No Finding, Support Devices", "Cardiomegaly"});
  CHECK(made.records.at(0).findings == Strings{"No Finding", "Support Devices"});
  CHECK_THAT(made.description,
             Catch::Contains("table.csv (CheXpert): path from \"Path\", patient from the path") &&
                 Catch::Contains("findings from 14 columns") &&
                 Catch::Contains("split by patient; 2 images of 1 patient"));
}

TEST_CASE("CheXpert Plus") {
  const Made made = prepare(
      {"path_to_image,path_to_dcm,frontal_lateral,ap_pa,deid_patient_id,patient_report_date_order,"
       "report,section_narrative,section_clinical_history,section_history,section_comparison,"
       "section_technique,section_procedure_comments,section_findings,section_impression,"
       "section_end_of_impression,section_summary,section_accession_number,age,sex,race,ethnicity,"
       "interpreter_needed,insurance_type,recent_bmi,deceased,split\n"
       "train/patient42142/study5/view1_frontal.jpg,train/patient42142/study5/view1_frontal.dcm,"
       "Frontal,AP,patient42142,5,whole,,,,,,,Found.,Impressed.,,,a1,81,Male,,,,,,No,train\n"
       "train/patient42142/study6/view1_frontal.jpg,train/patient42142/study6/view1_frontal.dcm,"
       "Lateral,,patient42142,6,whole,,,,,,,Found.,nan,,,a2,81,Male,,,,,,No,train\n",
       {"PNG/train/patient42142/study5/view1_frontal.png",
        "train/patient42142/study6/view1_frontal.png"}});
  CHECK(made.error == "");
  CHECK(made.of(&Record::text) == Strings{"Impressed.", "Found."});
  CHECK(made.of(&Record::view) == Strings{"AP", "Lateral"});
  CHECK(made.of(&Record::patient) == Strings{"patient42142", "patient42142"});
  CHECK_THAT(made.description,
             Catch::Contains("text from \"section_impression\", else \"section_findings\"") &&
                 Catch::Contains("split from \"split\""));
}

TEST_CASE("PadChest") {
  const std::string header =
      ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,"
      "ViewPosition_DICOM,Projection,MethodProjection,Pediatric,Modality_DICOM,Manufacturer_DICOM,"
      "PhotometricInterpretation_DICOM,PixelRepresentation_DICOM,PixelAspectRatio_DICOM,"
      "SpatialResolution_DICOM,BitsStored_DICOM,WindowCenter_DICOM,WindowWidth_DICOM,"
      "Rows_DICOM,Columns_DICOM,XRayTubeCurrent_DICOM,Exposure_DICOM,ExposureInuAs_DICOM,"
      "ExposureTime,RelativeXRayExposure_DICOM,ReportID,Report,MethodLabel,Labels,Localizations,"
      "LabelsLocalizationsBySentence,labelCUIS,LocalizationsCUIS\n";
  const auto row = [](const std::string& image, const std::string& patient) {
    return "0," + image + ",14,20140915,S," + patient +
           ",1930.0,F,POSTEROANTERIOR,PA,Manual review of DICOM fields,No,CR,ImagingDynamics,"
           "MONOCHROME2,0,,,,,,,,,,,,,R,sin hallazgos patologicos,Physician,"
           "\"['normal', 'pleural effusion']\",[],[],[],[]\n";
  };
  const Made made = prepare({header +
                                 row("20536686640136348236148679891455886468.png",
                                     "839860488694292331637988235681460987") +
                                 row("2.png", "839860488694292331637988235681460987"),
                             {"14/20536686640136348236148679891455886468.png", "14/2.png"}});
  CHECK(made.error == "");
  REQUIRE(made.records.size() == 2);
  CHECK(made.records[0].patient == "839860488694292331637988235681460987");
  CHECK(made.records.at(0).findings == Strings{"normal", "pleural effusion"});
  CHECK_THAT(made.description, Catch::Contains("path from {ImageDir}/{ImageID}") &&
                                   Catch::Contains("text from \"Report\"") &&
                                   Catch::Contains("2 images of 1 patient"));
  const Made flat =
      prepare({",ImageID,PatientID,Projection,Report\n0,1.png,P0,PA,sin hallazgo\n", {"1.png"}});
  CHECK(flat.of(&Record::patient) == Strings{"P0"});
  CHECK_THAT(flat.description, Catch::Contains("path from \"ImageID\""));
}

TEST_CASE("NIH ChestX-ray14") {
  const std::string rows =
      "00000001_000.png,Cardiomegaly|Emphysema,0,1,58,M,PA,2682,2749,0.143,0.143";
  for (const std::string end : {"", ","}) {  // the first edition has one more comma
    const Known known{
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,"
        "View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]" +
            end + "\n" + rows + end + "\n",
        {"images/00000001_000.png"}};
    CHECK_THAT(prepare(known).error, Catch::Contains("NIH ChestX-ray14"));
    const Made made = prepare(known, from_findings);
    CHECK(made.error == "");
    CHECK(made.of(&Record::patient) == Strings{"1"});
    CHECK(made.of(&Record::text) == Strings{"Cardiomegaly, Emphysema"});
    CHECK(made.of(&Record::view) == Strings{"PA"});
    CHECK(made.of(&Record::sex) == Strings{"M"});
    CHECK(made.records[0].age == 58);
  }
  const Made named =
      prepare({"Image Index,Finding Labels\n00000001_000.png,No Finding\n", {"00000001_000.png"}},
              [](TableOptions& options) { options.columns.text = "Finding Labels"; });
  CHECK(named.of(&Record::patient) == Strings{"00000001"});
}

TEST_CASE("VinDr-CXR") {
  const Known boxes{
      "image_id,rad_id,class_name,x_min,y_min,x_max,y_max\n"
      "50a418190bc3fb1e,R10,No finding,,,,\n"
      "50a418190bc3fb1e,R9,Cardiomegaly,1,2,3,4\n"
      "50a418190bc3fb1e,R8,Cardiomegaly,1,2,3,4\n"
      "9a5094b2563a1ef3,R10,No finding,,,,\n",
      {"train/50a418190bc3fb1e.png", "9a5094b2563a1ef3.png"}};
  CHECK_THAT(prepare(boxes, from_findings).error, Catch::Contains("VinDr-CXR tells no patients") &&
                                                      Catch::Contains("--patient-per-image"));
  const Made made = prepare(boxes, per_image);
  CHECK(made.error == "");
  CHECK(made.of(&Record::text) == Strings{"Cardiomegaly", "No finding"});
  CHECK(made.of(&Record::id) == Strings{"50a418190bc3fb1e", "9a5094b2563a1ef3"});
  const Made labels = prepare(
      {"image_id,rad_id,Aortic enlargement,Atelectasis,Calcification,Cardiomegaly,Clavicle "
       "fracture,Consolidation,Edema,Emphysema,Enlarged PA,ILD,Infiltration,Lung Opacity,Lung "
       "cavity,Lung cyst,Mediastinal shift,Nodule/Mass,Pleural effusion,Pleural thickening,"
       "Pneumothorax,Pulmonary fibrosis,Rib fracture,Other lesion,COPD,Lung tumor,Pneumonia,"
       "Tuberculosis,Other disease,No finding\n"
       "50a418190bc3fb1e,R1,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0\n",
       {"50a418190bc3fb1e.png"}},
      per_image);
  CHECK(labels.of(&Record::text) == Strings{"Cardiomegaly, Pleural effusion"});
}

TEST_CASE("RSNA pneumonia") {
  const Made boxes = prepare({"patientId,x,y,width,height,Target\n"
                              "0004cfab,264.0,152.0,213.0,379.0,1\n"
                              "0004cfab,562.0,152.0,256.0,453.0,1\n"
                              "000924cf,,,,,0\n",
                              {"stage_2_train_images/0004cfab.png", "000924cf.png"}},
                             from_findings);
  CHECK(boxes.error == "");
  CHECK(boxes.of(&Record::patient) == Strings{"0004cfab", "000924cf"});
  CHECK(boxes.of(&Record::text) == Strings{"Lung Opacity", "No Finding"});
  CHECK_THAT(boxes.description, Catch::Contains("patient from \"patientId\"") &&
                                    Catch::Contains("2 images of 2 patients") &&
                                    Catch::Contains("a patientId of its own"));
  const Made classes = prepare({"patientId,class\n0004cfab,Lung Opacity\n0004cfab,Lung Opacity\n"
                                "00313ee0,No Lung Opacity / Not Normal\n",
                                {"0004cfab.png", "00313ee0.png"}},
                               from_findings);
  CHECK(classes.of(&Record::text) == Strings{"Lung Opacity", "No Lung Opacity / Not Normal"});
}

TEST_CASE("OpenI") {
  const Known merged{
      "uid,filename,projection,MeSH,Problems,image,indication,comparison,findings,impression\n"
      "1,1_IM-0001-4001.dcm.png,Frontal,normal,normal,Xray Chest PA and Lateral,Cough.,None.,"
      "The lungs are clear.,Normal chest.\n"
      "1,1_IM-0001-3001.dcm.png,Lateral,Cardiomegaly;Pulmonary Artery,Cardiomegaly;Pulmonary "
      "Artery,Xray Chest PA and Lateral,Cough.,None.,The lungs are clear.,\n",
      {"1_IM-0001-4001.dcm.png", "1_IM-0001-3001.dcm.png"}};
  const Made made = prepare(merged);
  CHECK(made.error == "");
  CHECK(made.of(&Record::text) == Strings{"Normal chest.", "The lungs are clear."});
  CHECK(made.of(&Record::patient) == Strings{"1", "1"});
  CHECK(made.of(&Record::view) == Strings{"Frontal", "Lateral"});
  CHECK(made.records.at(1).findings == Strings{"Cardiomegaly", "Pulmonary Artery"});
  CHECK_THAT(made.description, Catch::Contains("(OpenI): path from \"filename\"") &&
                                   Catch::Contains("patient from \"uid\""));
  CHECK_THAT(prepare({"uid,filename,projection\n1,1_IM-0001-4001.dcm.png,Frontal\n", {}}).error,
             Catch::Contains("indiana_reports.csv"));
  CHECK_THAT(prepare({"uid,MeSH,Problems,image,indication,comparison,findings,impression\n"
                      "1,normal,normal,Xray Chest PA and Lateral,Cough.,None.,Clear.,Normal.\n",
                      {}})
                 .error,
             Catch::Contains("indiana_projections.csv"));
}

TEST_CASE("SIIM-ACR pneumothorax") {
  const Known known{
      "ImageId, EncodedPixels\n1.2.276.0.1, -1\n1.2.276.0.2,387620 23 996\n"
      "1.2.276.0.2,1 2 3\n",
      {"1.2.276.0.1.png", "dicom-images-train/1.2.276.0.2.png"}};
  CHECK_THAT(prepare(known, from_findings).error, Catch::Contains("tells no patients"));
  const Made made = prepare(known, per_image);
  CHECK(made.error == "");
  CHECK(made.of(&Record::text) == Strings{"No Finding", "Pneumothorax"});
}

TEST_CASE("BRAX") {
  const Made made = prepare(
      {",DicomPath,PngPath,PatientID,PatientSex,PatientAge,AccessionNumber,StudyDate," +
           chexpert_labels +
           ",ViewPosition,Rows,Columns,Manufacturer\n"
           "0,Anonymized_DICOMs/id_1/Study_2/Series_3/image-4.dcm,images/id_1/Study_2/Series_3/"
           "image-4.png,id_1,M,45,7,20080101,,,1,,,0,,,,,,,,,PA,100,100,1\n",
       {"images/id_1/Study_2/Series_3/image-4.png"}},
      from_findings);
  CHECK(made.error == "");
  CHECK(made.of(&Record::patient) == Strings{"id_1"});
  CHECK(made.of(&Record::text) == Strings{"Cardiomegaly"});
  CHECK(made.of(&Record::view) == Strings{"PA"});
  CHECK_THAT(made.description, Catch::Contains("path from \"PngPath\""));
}

TEST_CASE("of several columns the one whose values are files is the path") {
  const Made merged =
      prepare({"image,filename,impression,patient\nChest, a.png ,Normal.,1\n", {"a.png"}});
  CHECK_THAT(merged.description, Catch::Contains("path from \"filename\""));
  const Made other =
      prepare({"image,where,impression,patient\nChest PA,a.png,Normal.,1\n", {"a.png"}});
  CHECK_THAT(other.description, Catch::Contains("path from \"where\""));
  const Made masks =
      prepare({"image,mask,impression,patient\nmissing.png,a.png,Normal.,1\n", {"a.png"}});
  CHECK_THAT(masks.description, Catch::Contains("path from \"image\""));
  const Made two = prepare({"mask,where,impression,patient\na.png,a.png,Normal.,1\n", {"a.png"}});
  CHECK_THAT(two.error, Catch::Contains("\"mask\" and \"where\" hold names of files"));
}

TEST_CASE("tables as programs save them") {
  const Strings images = {"a.png", "b.png"};
  const auto texts = [&](const std::string& table) {
    return prepare({table, images}).of(&Record::text);
  };
  CHECK(texts("path;text;patient_id\na.png;Normal chest;1\nb.png;Effusion, small;2\n") ==
        Strings{"Normal chest", "Effusion, small"});
  CHECK(texts("sep=;\r\npath;text;patient_id\r\na.png;x;1\r\n;;\r\nb.png;y;2;\r\n") ==
        Strings{"x", "y"});
  std::string wide = "\xff\xfe";
  for (const char c : std::string("path\ttext\tpatient\na.png\tone\t1\n")) wide += {c, '\0'};
  CHECK(texts(wide) == Strings{"one"});
  const Made nan = prepare({"path,text,patient\na.png,nan,1\nb.png,Normal,2\n", images});
  CHECK(nan.of(&Record::text) == Strings{"Normal"});
  CHECK_THAT(prepare({"path^text^patient\na.png^x^1\n", images}).error,
             Catch::Contains("separated by commas"));
  CHECK_THAT(prepare({"path,text,patient,Text\na.png,x,1,y\n", images}).error,
             Catch::Contains("\"text\"") || Catch::Contains("'text'"));
  CHECK_THAT(prepare({"PK\x03\x04", images}).error, Catch::Contains(".xlsx"));
  CHECK_THAT(prepare({"path,text,patient\na.png,x,1\n", images},
                     [](TableOptions& options) {
                       options.columns.text = "text";
                       options.text_from_findings = true;
                     })
                 .error,
             Catch::Contains("choose one"));
}

TEST_CASE("UTF-16 that is longer as UTF-8 is held against the limit") {
  std::string wide = "\xfe\xff";
  for (const char c : std::string("path,text,patient\na.png,x,1\n")) wide += {'\0', c};
  for (int i = 0; i < 100; ++i) wide += "\x4f\x60";
  const auto limited = [&](std::size_t bytes) {
    return prepare({wide, {"a.png"}},
                   [&](TableOptions& options) { options.limits.max_file_bytes = bytes; })
        .error;
  };
  CHECK_THAT(limited(wide.size() + 10), Catch::Contains("as UTF-8 it has more than the limit"));
  CHECK_THAT(limited(wide.size() - 1), Catch::Contains("limit"));
}
