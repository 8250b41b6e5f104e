#include "fixture.hpp"

#include "dataset/report_text.hpp"

#include <zlib.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

struct Mimic {
  TemporaryFolder folder;
  MimicOptions options;

  Mimic() {
    options.root = folder.path() / "mimic";
    options.out = folder.path() / "out";
    options.resolution = 4;
    write_file(options.root / "mimic-cxr-2.0.0-metadata.csv",
               "dicom_id,subject_id,study_id,ViewPosition,Rows\n"
               "aa-1,10000032,50414267,PA,8\n"
               "aa-2,10000032,50414267,AP,8\n"
               "aa-3,10000032,50414267,AP,8\n"
               "bb-1,11000011,50000001,AP,8\n"
               "cc-1,12000012,50000002,LATERAL,8\n"
               "dd-1,13000013,50000003,AP,8\n"
               "ee-1,14000014,50000004,AP,8\n");
    write_file(options.root / "mimic-cxr-2.0.0-chexpert.csv",
               "subject_id,study_id,Atelectasis,Pleural Effusion,No Finding\n"
               "10000032,50414267,1.0,-1.0,\n"
               "11000011,50000001,,1.0,0.0\n");
    report("p10/p10000032/s50414267",
           "FINAL REPORT\nIMPRESSION: old\n\nIMPRESSION:\n\n 1. Left-sided\neffusion.\n");
    report("p11/p11000011/s50000001", "No impression here.");
    report("p13/p13000013/s50000003", "");
    for (const char* name : {"p10/p10000032/s50414267/aa-2", "p11/p11000011/s50000001/bb-1",
                             "p13/p13000013/s50000003/dd-1"}) {
      std::filesystem::create_directories((options.root / "files" / name).parent_path());
      std::filesystem::copy_file(fixture("grey.jpg"),
                                 options.root / "files" / (std::string(name) + ".jpg"));
    }
  }
  void report(const std::string& study, const std::string& text) const {
    write_file(options.root / "files" / (study + ".txt"), text);
  }
};

}  // namespace

TEST_CASE("MIMIC: one image a study, of the most common view") {
  Mimic mimic;
  mimic.options.exact = GENERATE(true, false);
  mimic.options.val_fraction = 1;
  const PreparationSummary summary = prepare_mimic(mimic.options);
  CHECK(summary.images == 2);
  CHECK(summary.skipped == 2);
  const Dataset dataset = Dataset::open(mimic.options.out);
  REQUIRE(dataset.size() == 2);
  CHECK(dataset.labels() == std::vector<std::string>{"Atelectasis", "Pleural Effusion"});
  const Record& first = dataset.record(0);
  CHECK(first.id == "aa-2");
  CHECK(first.patient == "10000032");
  CHECK(first.view == "AP");
  CHECK(first.split == Split::test);
  CHECK(first.findings == std::vector<std::string>{"Atelectasis"});
  CHECK(first.text == (mimic.options.exact ? "leftsidedeffusion" : "left sided effusion"));
  const Record& second = dataset.record(1);
  CHECK(second.id == "bb-1");
  CHECK(second.split == Split::val);
  CHECK(second.findings == std::vector<std::string>{"Pleural Effusion"});
  CHECK(second.text == "no impression here");
  const std::string skipped = read_bytes(mimic.options.out / "skipped.csv");
  CAPTURE(skipped);
  CHECK(contains(skipped, "files/p13/p13000013/s50000003/dd-1,the text is empty"));
  CHECK(contains(skipped, "files/p14/p14000014/s50000004/ee-1,"));
  CHECK_FALSE(contains(skipped, mimic.folder.path().string()));
}

TEST_CASE("MIMIC: sex and age of MIMIC-IV's patients") {
  Mimic mimic;
  prepare_mimic(mimic.options);
  CHECK(Dataset::open(mimic.options.out).record(0).sex.empty());
  write_file(mimic.options.root / "patients.csv",
             "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod\n"
             "10000032,F,52,2180,2014 - 2016,2180-09-09\n");
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message,
             Catch::Contains("patients_sha256"));
  mimic.options.out = mimic.folder.path() / "with patients";
  prepare_mimic(mimic.options);
  const Dataset dataset = Dataset::open(mimic.options.out);
  CHECK(dataset.record(0).sex == "F");
  CHECK(dataset.record(0).age == 52);
  CHECK(dataset.record(1).sex.empty());
  CHECK_FALSE(dataset.record(1).age);
}

TEST_CASE("MIMIC: another view, packed tables, what is missing") {
  Mimic mimic;
  mimic.options.view = "PA";
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message,
             Catch::Contains("not one image"));  // its file is not there
  mimic.options.out = mimic.folder.path() / "other";
  mimic.options.view = "LL";
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message, Catch::Contains("LL"));

  mimic.options.view = "";
  const std::filesystem::path plain = mimic.options.root / "mimic-cxr-2.0.0-metadata.csv";
  const std::string text = read_bytes(plain);
  const gzFile packed = gzopen((plain.string() + ".gz").c_str(), "wb");
  gzwrite(packed, text.data(), static_cast<unsigned>(text.size()));
  gzclose(packed);
  std::filesystem::remove(plain);
  CHECK(prepare_mimic(mimic.options).images == 2);

  const std::string gzip = read_bytes(plain.string() + ".gz");
  write_file(plain.string() + ".gz", gzip.substr(0, gzip.size() / 2));
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message, Catch::Contains("too early"));
  std::filesystem::remove(plain.string() + ".gz");
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message,
             Catch::Contains("metadata.csv"));
}

TEST_CASE("MIMIC: reports from elsewhere are another dataset") {
  Mimic mimic;
  CHECK(prepare_mimic(mimic.options).images == 2);
  mimic.options.reports = mimic.folder.path() / "reports";
  std::filesystem::create_directory(mimic.options.reports);
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message,
             Catch::Contains("reports_sha256"));
}

TEST_CASE("MIMIC: ids that would lead elsewhere") {
  Mimic mimic;
  write_file(mimic.options.root / "mimic-cxr-2.0.0-metadata.csv",
             "dicom_id,subject_id,study_id,ViewPosition\n../x,10000032,5,AP\n");
  CHECK_THAT(outcome([&] { prepare_mimic(mimic.options); }).message,
             Catch::Contains("line 2") && Catch::Contains("../x"));
}

TEST_CASE("cleaning a report") {
  CHECK(impression_of("a IMPRESSION: b IMPRESSION: c") == " c");
  CHECK(impression_of("none") == "none");
  CHECK(clean_report(" 1. No  acute\nprocess; stable.", true) == "no  acuteprocess stable");
  CHECK(clean_report(" 1. No  acute\nprocess; stable.", false) == "no acute process stable");
  CHECK(clean_report("12\n34", true).empty());
  CHECK(clean_report("caf\xc3\xa9", false) == "caf");
}
