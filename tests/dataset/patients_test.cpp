#include "dataset/patients.hpp"
#include "dataset/prepare.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace raygen::engine;

namespace {

/// A folder with tables, and images of one grey that anybody may name.
struct Tables {
  TemporaryFolder folder;
  TableOptions options;
  std::string description;

  Tables(const std::vector<std::string>& tables, const std::vector<std::string>& images) {
    options.out = folder.path() / "out";
    options.resolution = 4;
    options.describe = [this](const std::string& text) { description = text; };
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto path = folder.path() / "in" / fmt::format("table{}.csv", i);
      write_file(path, tables[i]);
      options.tables.push_back({path, {}});
    }
    for (const std::string& image : images) write_image(folder.path() / "in" / image, square(0.5F));
  }
  PreparationSummary prepare() { return prepare_table(options); }
  Outcome refused() {
    return outcome([&] { prepare_table(options); });
  }
};

std::vector<std::string> numbered(const std::string& format, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format(fmt::runtime(format), i / 3, i));
  return names;
}

/// No patient of a dataset is in two splits, by the patients that the images' names begin with.
void check_no_leak(const std::filesystem::path& folder, std::size_t patients) {
  const Dataset dataset = Dataset::open(folder);
  std::map<std::string, std::set<Split>> splits;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::string& id = dataset.record(i).id;
    splits[id.substr(0, id.find('-'))].insert(dataset.record(i).split);
  }
  CHECK(splits.size() == patients);
  for (const auto& [patient, of] : splits) {
    CAPTURE(patient);
    CHECK(of.size() == 1);
  }
}

}  // namespace

TEST_CASE("spellings of one patient") {
  for (const char* twelve :
       {"12", "00012", "12.0", " 12 ", "12,00", "\"12\"", "'012'", "=\"00012\""})
    CHECK(patient_key(twelve) == "12");
  CHECK(patient_key("P007") == patient_key("p007"));
  CHECK(patient_key("0") == "0");
  CHECK(patient_key("000") == "0");
  CHECK(patient_key("1.2") != patient_key("12"));
  CHECK(patient_key("1-23") != patient_key("12-3"));
  CHECK(patient_key("5e10") == "5e10");  // hexadecimal
  for (const char* rounded : {"1.23E+11", "8,4e+35", "1E+07"})
    CHECK(is(outcome([&] { PatientNames().name(rounded); }), Status::format));
}

TEST_CASE("patients in paths") {
  const auto patient = [](const std::string& path) {
    const auto layout = path_layout(path);
    return layout ? std::string(patient_in_path(path, *layout)) : "";
  };
  CHECK(patient("CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg") ==
        "patient00001");
  CHECK(patient("files/p10/p10000032/s50414267/02aa804e.jpg") == "10000032");
  CHECK(patient("images/00001300_001.png") == "00001300");
  CHECK(patient("12_IM-0133-1001.dcm.png") == "12");
  CHECK(patient("CXR12_IM-0133-1001.png").empty());
  CHECK(patient("CXR12_12_IM-0133-1001.png") == "12");
  CHECK(patient("sub-S03045/ses-E07985/mod-rx/sub-S03045_ses-E07985_run-1_cr.png") == "sub-S03045");
  CHECK(patient("images/id_00ab/Study_1.2/Series_3/image-4.png") == "id_00ab");
  for (const char* none : {"a.png", "20200131_001.png", "patient1/a.png", "p10/a.png", "",
                           "00001300_01.png", "patientx/study1/a.png", "000013000_001.png"})
    CHECK(patient(none).empty());
}

TEST_CASE("a patient by any of the usual names is in one split") {
  const std::vector<std::string> images = numbered("p{}-{}.png", 60);
  for (const char* name : {"PatientID", "patientId", "deid_patient_id", "uid", "pid", "Subject_ID",
                           "subject", "PATIENT ID", "\xef\xbb\xbfPatient-Id", "patient_no"}) {
    CAPTURE(name);
    std::string csv = std::string(name) + ",path,text\n";
    for (const std::string& image : images)
      csv += image.substr(1, image.find('-') - 1) + "," + image + ",Normal.\n";
    Tables tables({csv}, images);
    tables.prepare();
    check_no_leak(tables.options.out, 20);
    CHECK_THAT(tables.description,
               Catch::Contains("60 images of 20 patients") && Catch::Contains("split by patient"));
  }
}

TEST_CASE("a patient that is written in several ways is in one split, over two tables too") {
  const std::vector<std::string> images = numbered("p{}-{}.png", 60);
  std::string first = "path,text,patient_id\n", second = "path,text,Patient ID\n";
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::string number = images[i].substr(1, images[i].find('-') - 1);
    const std::string spelling = i % 3 == 0 ? number : i % 3 == 1 ? "00" + number : number + ".0";
    (i % 2 == 0 ? first : second) += images[i] + ",Normal.," + spelling + "\n";
  }
  Tables tables({first, second}, images);
  const PreparationSummary made = tables.prepare();
  CHECK(made.patients_of[0] + made.patients_of[1] + made.patients_of[2] == 20);
  check_no_leak(tables.options.out, 20);
}

TEST_CASE("where nobody tells the patients, several splits are an error") {
  const std::vector<std::string> images = {"a.png", "b.png"};
  const auto refuses = [&](const std::vector<std::string>& csv) {
    Tables tables(csv, images);
    const Outcome got = tables.refused();
    CHECK(is(got, Status::format));
    CHECK_THAT(got.message, Catch::Contains("--patient-column") &&
                                Catch::Contains("--patient-per-image") && Catch::Contains("table"));
    CHECK_FALSE(std::filesystem::exists(tables.options.out));
  };
  refuses({"path,text\na.png,x\nb.png,y\n"});
  refuses({"path,text,split\na.png,x,train\nb.png,y,test\n"});
  refuses({"path,text,uid\na.png,x,1\nb.png,y,2\n"});  // a uid of each image
  refuses({"path,text,study_id\na.png,x,1\nb.png,y,1\n"});
  refuses({"path,text,patient\na.png,x,7\n", "path,text\nb.png,y\n"});

  SECTION("unless all images are in one split") {
    Tables tables({"path,text\na.png,x\nb.png,y\n"}, images);
    tables.options.tables[0].split = Split::train;
    CHECK(tables.prepare().images_of[0] == 2);
    tables.options.out = tables.folder.path() / "fractions";
    tables.options.tables[0].split.reset();
    tables.options.val_fraction = tables.options.test_fraction = 0;
    CHECK(tables.prepare().images_of[0] == 2);
  }
  SECTION("or it was asked for") {
    Tables tables({"path,text\na.png,x\nb.png,y\n"}, images);
    tables.options.patient_per_image = true;
    CHECK(tables.prepare().images == 2);
    CHECK(contains(read_bytes(tables.options.out / "dataset.json"), "patient_per_image"));
    CHECK_THAT(tables.description,
               Catch::Contains("each image its own patient") && Catch::Contains("split by image"));
  }
  SECTION("a column that may be the patient's is offered") {
    Tables tables({"path,text,anonymous patient,patient_age\na.png,x,1,50\n"}, images);
    CHECK_THAT(tables.refused().message, Catch::Contains("is it \"anonymous patient\"?"));
  }
}

TEST_CASE("rows whose patient is not told, or only roughly") {
  Tables tables({"path,text,PatientID\na.png,x,7\nb.png,y,\nc.png,z,nan\nd.png,z,1.2E+10\n"},
                {"a.png", "b.png", "c.png", "d.png"});
  CHECK(tables.prepare().images == 1);
  const std::string skipped = read_bytes(tables.options.out / "skipped.csv");
  CHECK(contains(skipped, "b.png,the patient is not told"));
  CHECK(contains(skipped, "c.png,the patient is not told"));
  CHECK(contains(skipped, "'1.2E+10' is a rounded number"));
}

TEST_CASE("columns that tell different patients are refused") {
  const std::vector<std::string> images = {"a.png", "b.png", "c.png"};
  Tables agree({"path,text,patient,subject_id\na.png,x,Ann,1\nb.png,y,Bo,2\nc.png,z,Ann,01\n"},
               images);
  CHECK(agree.prepare().images == 3);
  Tables differ({"path,text,patient,subject_id\na.png,x,1,5\nb.png,y,2,6\nc.png,z,3,5\n"}, images);
  CHECK_THAT(differ.refused().message, Catch::Contains("line 4") &&
                                           Catch::Contains("\"patient\" and \"subject_id\"") &&
                                           Catch::Contains("--patient-column"));
  differ.options.columns.patient = "subject_id";
  CHECK(differ.prepare().images == 3);
  Tables path({"path,text,patient\n00000001_000.png,x,1\n00000001_001.png,y,2\n"},
              {"00000001_000.png", "00000001_001.png"});
  CHECK_THAT(path.refused().message, Catch::Contains("line 3") && Catch::Contains("'00000001'"));
}

TEST_CASE("a path tells the patient of every row, or the row is skipped") {
  Tables tables({"path,text\ntrain/patient00001/study1/a.png,x\nother/b.png,y\n"},
                {"train/patient00001/study1/a.png", "other/b.png"});
  CHECK(tables.prepare().images == 1);
  CHECK(contains(read_bytes(tables.options.out / "skipped.csv"), "the path tells no patient"));
  CHECK_THAT(tables.description, Catch::Contains("patient from the path (patient…/study…)"));
}

TEST_CASE("one file is in one split") {
  std::string csv = "path,text,patient,split,id\na.png,x,1,train,1\nb.png,y,2,test,2\n";
  Tables tables({csv + "a.png,x,3,test,3\nlink.png,x,4,test,4\nlink.png,x,5,train,5\n"},
                {"a.png", "b.png"});
  std::filesystem::create_symlink("a.png", tables.folder.path() / "in/link.png");
  CHECK(tables.prepare().images == 3);  // the last is another's, in the same split
  const std::string skipped = read_bytes(tables.options.out / "skipped.csv");
  CAPTURE(skipped);
  CHECK(contains(skipped, "a.png,\"the file is that of table0.csv"));
  CHECK(contains(skipped, "link.png,\"the file is that of table0.csv"));

  Tables links({"path,text,split\na.png,x,train\nlink.png,y,test\n"}, {"a.png"});
  links.options.patient_per_image = true;
  std::filesystem::create_symlink("a.png", links.folder.path() / "in/link.png");
  CHECK_THAT(links.refused().message, Catch::Contains("patient 'a.png'"));
}

TEST_CASE("paths as Windows writes them") {
  Tables tables({"path,text,patient\nsub\\a.png,x,1\n..\\b.png,y,2\n..\\in\\a.png,z,1\n"},
                {"sub/a.png", "../b.png"});
  CHECK(tables.prepare().images == 1);
  CHECK(Dataset::open(tables.options.out).record(0).id == "sub\\a.png");
}

TEST_CASE("bytes that are not UTF-8 are told") {
  Tables tables({"path,text,patient\na.png,gr\xf6\xdf"
                 "er,1\n"},
                {"a.png"});
  CHECK(tables.prepare().images == 1);
  CHECK_THAT(tables.description, Catch::Contains("bytes of 1 row that are not UTF-8"));
}

TEST_CASE("an image may be a link to anywhere") {
  Tables tables({"path,text,patient\nlink.png,x,1\nsub/other.png,y,2\n"}, {"sub/a.png"});
  write_image(tables.folder.path() / "blobs/1234", square(1));
  std::filesystem::create_symlink("../blobs/1234", tables.folder.path() / "in/link.png");
  std::filesystem::create_symlink("a.png", tables.folder.path() / "in/sub/other.png");
  CHECK(tables.prepare().images == 2);
  const Dataset dataset = Dataset::open(tables.options.out);
  CHECK(dataset.record(0).id == "link.png");
  CHECK(int{dataset.pixels(0)[0]} == 255);
}
