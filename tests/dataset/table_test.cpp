#include "dataset/csv_table.hpp"
#include "fixture.hpp"
#include "image/dicom_fixture.hpp"

#include <zlib.h>
#include <catch2/catch.hpp>

#include <ATen/Parallel.h>

#include <set>

using namespace raygen::engine;

namespace {

/// A folder with a table, its images, and a place for the dataset.
struct Source {
  TemporaryFolder folder;
  TableOptions options;

  explicit Source(const std::string& csv) {
    write_file(folder.path() / "in/table.csv", csv);
    options.out = folder.path() / "out";
    options.resolution = 4;
    options.tables = {{folder.path() / "in/table.csv", {}}};
    options.patient_per_image = csv.find("patient") == std::string::npos;
  }
  std::filesystem::path in(const std::string& name) const { return folder.path() / "in" / name; }
  std::string skipped() const { return read_bytes(options.out / "skipped.csv"); }
};

/// n rows a.png-like of different grey, two a patient.
std::unique_ptr<Source> many(int n) {
  std::string csv = "path,text,patient_id\n";
  for (int i = 0; i < n; ++i) csv += fmt::format("{}.png,text {},p{}\n", i, i, i / 2);
  auto source = std::make_unique<Source>(csv);
  for (int i = 0; i < n; ++i)
    write_image(source->in(fmt::format("{}.png", i)), square(static_cast<float>(i) / 255));
  return source;
}

}  // namespace

TEST_CASE("a table's rows become records and pixels") {
  Source source(
      "\xef\xbb\xbfpath,report,patient_id,split,view,findings,age\r\n"
      "a.png,\"Two\nlines, \"\"quoted\"\"\",7,train,PA,Edema | Pneumonia,50\r\n"
      "sub/b.png, plain ,8,TEST,AP,,60\r\n");
  Image image = square(0, 8);
  for (std::size_t i = 0; i < 64; ++i) image.pixels[i] = i % 8 < 4 ? 0.2F : 0.6F;
  write_image(source.in("a.png"), image);
  write_image(source.in("sub/b.png"), square(1, 8));
  const PreparationSummary summary = prepare_table(source.options);
  CHECK(summary.images == 2);
  CHECK(summary.skipped == 0);
  CHECK(summary.patients_of[0] == 1);
  CHECK(summary.patients_of[2] == 1);

  const Dataset dataset = Dataset::open(source.options.out);
  REQUIRE(dataset.size() == 2);
  CHECK(dataset.resolution() == 4);
  CHECK(dataset.labels() == std::vector<std::string>{"Edema", "Pneumonia"});
  const Record& first = dataset.record(0);
  CHECK(first.id == "a.png");
  CHECK(first.patient == "7");
  CHECK(first.view == "PA");
  CHECK(first.text == "Two\nlines, \"quoted\"");
  CHECK(first.findings == std::vector<std::string>{"Edema", "Pneumonia"});
  CHECK(dataset.record(1).text == "plain");
  CHECK(dataset.record(1).findings.empty());
  CHECK(dataset.indices(Split::train) == std::vector<std::size_t>{0});
  CHECK(dataset.indices(Split::val).empty());
  CHECK(dataset.indices(Split::test) == std::vector<std::size_t>{1});
  REQUIRE(dataset.pixels(0).size() == 16);
  CHECK(dataset.pixels(0)[0] == 51);
  CHECK(dataset.pixels(0)[3] == 153);
  CHECK(std::ranges::all_of(dataset.pixels(1), [](int value) { return value == 255; }));
  CHECK(is(outcome([&] { dataset.record(2); }), Status::invalid_argument));
  CHECK(is(outcome([&] { dataset.pixels(2); }), Status::invalid_argument));
}

TEST_CASE("all kinds of images; the middle of a long one") {
  Source source("path,text\nsixteen.png,a\ncolour.png,b\nwide.png,c\nfilm.dcm,d\nphoto.jpg,e\n");
  write_image(source.in("sixteen.png"), square(0.5F), 16);
  Image colour = square(0, 8, 3);
  for (std::size_t i = 0; i < colour.pixels.size(); i += 3)
    colour.pixels[i] = 0.6F;  // red alone: a third of it is grey
  write_image(source.in("colour.png"), colour);
  Image wide{24, 8, 1, std::vector<float>(192), {}};
  for (std::size_t i = 0; i < 192; ++i) wide.pixels[i] = i % 24 >= 8 && i % 24 < 16 ? 1.0F : 0.0F;
  write_image(source.in("wide.png"), wide);
  write_file(source.in("film.dcm"), DicomImageFile{.photometric = "MONOCHROME1",
                                                   .values = std::vector<std::uint16_t>(256, 55)}
                                        .bytes());
  std::filesystem::copy_file(fixture("grey.jpg"), source.in("photo.jpg"));
  CHECK(prepare_table(source.options).images == 5);
  const Dataset dataset = Dataset::open(source.options.out);
  CHECK(int{dataset.pixels(0)[0]} == 128);
  CHECK(int{dataset.pixels(1)[0]} == 51);
  CHECK(int{dataset.pixels(2)[1]} == 255);
  CHECK(int{dataset.pixels(3)[0]} == 200);
}

TEST_CASE("twelve bits in a PNG of sixteen are stretched to white") {
  Source source("path,text\ntwelve.png,a\ntwo.png,b\nsixteen.png,c\neight.png,d\n");
  const auto two_values = [](float left, float right) {
    Image image = square(left);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = i % 8 < 4 ? left : right;
    return image;
  };
  write_image(source.in("twelve.png"), two_values(2048.0F / 65535, 4095.0F / 65535), 16);
  write_image(source.in("two.png"), two_values(0, 819.0F / 65535), 16);
  write_image(source.in("sixteen.png"), two_values(2048.0F / 65535, 4096.0F / 65535), 16);
  write_image(source.in("eight.png"), two_values(8.0F / 255, 15.0F / 255), 8);
  CHECK(prepare_table(source.options).images == 4);
  const Dataset dataset = Dataset::open(source.options.out);
  const auto is = [&](std::size_t i, int left, int right) {
    CHECK(int{dataset.pixels(i)[0]} == left);
    CHECK(int{dataset.pixels(i)[3]} == right);
  };
  is(0, 128, 255);
  is(1, 0, 51);
  is(2, 8, 16);
  is(3, 8, 15);
}

TEST_CASE("films of fewer bits in sixteen, also with a label, are prepared as films") {
  Source source("path,text\nten.png,a\ntwelve.png,b\nfourteen.png,c\nsixteen.png,d\nmap.pgm,e\n");
  const auto film = [](int bits, bool label) {
    Image image{32, 32, 1, std::vector<float>(1024), {}};
    const int white = (1 << bits) - 1;
    for (int i = 0; i < 1024; ++i)  // brighter downwards, noisy to the right
      image.pixels[static_cast<std::size_t>(i)] =
          static_cast<float>(white * (i / 32) / 31 - (i % 32) * (i / 32) / 31) / 65535;
    for (std::size_t i = 0; label && i < 3; ++i) image.pixels[i] = 1;
    return image;
  };
  write_image(source.in("ten.png"), film(10, true), 16);
  write_image(source.in("twelve.png"), film(12, true), 16);
  write_image(source.in("fourteen.png"), film(14, true), 16);
  write_image(source.in("sixteen.png"), film(16, true), 16);
  std::string map = "P5 32 32 1023 ";
  for (const float pixel : film(10, true).pixels) {
    const auto value = static_cast<unsigned>(pixel * 65535 + 0.5F);
    map += {static_cast<char>(value >> 8), static_cast<char>(value & 255)};
  }
  write_file(source.in("map.pgm"), map);
  source.options.resolution = 32;
  CHECK(prepare_table(source.options).images == 5);
  const Dataset dataset = Dataset::open(source.options.out);
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(int{dataset.pixels(i)[0]} == 255);  // the label
    CHECK(int{dataset.pixels(i)[5]} == 0);
    CHECK(std::abs(int{dataset.pixels(i)[16 * 32]} - 255 * 16 / 31) <= 1);
    CHECK(int{dataset.pixels(i)[31 * 32]} == 255);
  }
}

TEST_CASE("a gzip file may have several members") {
  const auto packed = [](const std::string& text) {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "packed.gz").string();
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return read_bytes(path);
  };
  const std::string two = packed("path,text\na.png,on") + packed("") + packed("e\nb.png,two\n");
  const auto rows = [](const std::string& bytes) {
    const TemporaryFolder folder;
    write_file(folder.path() / "table.csv.gz", bytes);
    CsvTable table(folder.path() / "table.csv.gz");
    std::string texts;
    while (table.next()) texts += table.field(1) + ' ';
    return texts;
  };
  CHECK(rows(two) == "one two ");
  CHECK(rows(two + std::string(600, '\0')) == "one two ");
  CHECK_THAT(outcome([&] { rows(two + "garbage"); }).message,
             Catch::Contains("not a valid gzip file"));
  CHECK_THAT(outcome([&] { rows(two + std::string(600, '\0') + "x"); }).message,
             Catch::Contains("not a valid gzip file"));
  for (const std::size_t missing : {1, 9, 20}) {
    CHECK_THAT(outcome([&] { rows(two.substr(0, two.size() - missing)); }).message,
               Catch::Contains("too early"));
  }
}

TEST_CASE("rows that cannot be used are listed with the reason") {
  Source source(
      "id,path,text,patient_id,split\n"
      "1,good.png,fine,1,train\n"
      "1,good.png,again,1,train\n"
      "2,cut.jpg,text,2,train\n"
      "3,empty.png,text,2,train\n"
      "4,missing.png,text,2,train\n"
      "5,good.png,\" \n\",2,train\n"
      "6,../outside.png,text,2,train\n"
      "7,link.png,text,2,train\n"
      "8,/etc/passwd,text,2,train\n"
      "9,nothing.dcm,text,2,train\n"
      "10,good.png,text,2,sideways\n"
      "11,good.png,text,,train\n"
      "12,,text,2,train\n"
      "13,folder,text,2,train\n"
      "14,huge.png,text,2,train\n"
      "15,out/outside.png,text,2,train\n"
      "16,out/../good.png,text,2,train\n");
  write_image(source.in("good.png"), square(0.5F));
  write_image(source.folder.path() / "outside.png", square(0.5F));
  std::filesystem::create_symlink("gone.png", source.in("link.png"));
  std::filesystem::create_directory_symlink(source.folder.path(), source.in("out"));
  write_file(source.in("cut.jpg"), read_bytes(fixture("grey.jpg")).substr(0, 300));
  write_file(source.in("empty.png"), "");
  write_file(source.in("nothing.dcm"), DicomImageFile{}.bytes());
  write_image(source.in("huge.png"), square(0.5F, 100));
  std::filesystem::create_directory(source.in("folder"));
  source.options.limits.max_pixels = 1000;
  const PreparationSummary summary = prepare_table(source.options);
  CHECK(summary.images == 1);
  CHECK(summary.skipped == 16);
  const std::string skipped = source.skipped();
  CAPTURE(skipped);
  CHECK_FALSE(contains(skipped, source.folder.path().string()));
  for (const std::string reason :
       {"good.png,the id '1' is taken by an image above", "cut.jpg: not a whole",
        "empty.png: empty", "missing.png: No such file", "the text is empty",
        "../outside.png,the path leads out of the root folder\n",
        "link.png,cannot open image link.png: No such",
        "out/outside.png,the path leads out of the root folder through a linked folder",
        "out/../good.png,the path leads out of the root folder through a linked folder",
        "/etc/passwd,the path is absolute", "without pixel data", "sideways",
        "the patient is not told", "the path is empty", "folder: it is not a file", "100 x 100"}) {
    CAPTURE(reason);
    CHECK(contains(skipped, reason));
  }
}

TEST_CASE("of each table its own root is left out of the reasons") {
  Source source("path,text\ngood.png,a\n");
  write_image(source.in("good.png"), square(0.5F));
  const auto add_table = [&](const std::filesystem::path& root, const std::string& image) {
    write_file(root / "table.csv", "path,text\n" + image + ",text\n");
    write_file(root / image, "no image");
    source.options.tables.push_back({root / "table.csv", {}});
  };
  add_table(source.in("one/sub"), "sub/cut-b.png");
  add_table(source.in("one"), "sub/cut-a.png");  // the other's root is within its own
  CHECK(prepare_table(source.options).skipped == 2);
  CAPTURE(source.skipped());
  CHECK(contains(source.skipped(), "\nsub/cut-a.png,sub/cut-a.png: neither"));
  CHECK(contains(source.skipped(), "\nsub/cut-b.png,sub/cut-b.png: neither"));
}

TEST_CASE("nothing to prepare, or no table at all") {
  const auto refused = [](const std::string& csv) {
    Source source(csv);
    return outcome([&] { prepare_table(source.options); });
  };
  CHECK_THAT(refused("path,text\nmissing.png,a\n").message, Catch::Contains("not one image"));
  CHECK_THAT(refused("path,text\n").message, Catch::Contains("no row below the header"));
  CHECK_THAT(refused("").message, Catch::Contains("table.csv: empty"));
  CHECK_THAT(refused("file,words\na,b\n").message, Catch::Contains("no column for the text"));
  CHECK_THAT(refused("path,text\na.png\n").message, Catch::Contains("table.csv, line 2: 1 fields"));
  CHECK_THAT(refused("path,text\na.png,\"open\n").message, Catch::Contains("line 2: not CSV"));
}

TEST_CASE("a patient in two splits is refused by name") {
  Source source("path,text,patient_id,split\na.png,a,17,train\nb.png,b,18,val\nc.png,c,17,test\n");
  const Outcome got = outcome([&] { prepare_table(source.options); });
  CHECK(is(got, Status::format));
  CHECK_THAT(got.message, Catch::Contains("line 4") && Catch::Contains("17") &&
                              Catch::Contains("\"train\"") && Catch::Contains("line 2"));
  CHECK_FALSE(std::filesystem::exists(source.options.out));

  SECTION("over two tables too") {
    write_file(source.in("train.csv"), "path,text,patient\na.png,a,17\n");
    write_file(source.in("test.csv"), "path,text,patient\nc.png,c,17\n");
    source.options.tables = {{source.in("train.csv"), Split::train},
                             {source.in("test.csv"), Split::test}};
    CHECK_THAT(outcome([&] { prepare_table(source.options); }).message,
               Catch::Contains("17") && Catch::Contains("test.csv, line 2"));
  }
}

TEST_CASE("splits by patient: about the fractions, never across, the same again") {
  const auto source = many(200);
  source->options.val_fraction = 0.2;
  source->options.test_fraction = 0.3;
  prepare_table(source->options);
  const Dataset dataset = Dataset::open(source->options.out);
  std::set<std::string> patients[3];
  for (std::size_t i = 0; i < dataset.size(); ++i)
    patients[static_cast<std::size_t>(dataset.record(i).split)].insert(dataset.record(i).patient);
  CHECK(patients[0].size() + patients[1].size() + patients[2].size() == 100);
  CHECK(std::abs(static_cast<int>(patients[1].size()) - 20) <= 12);
  CHECK(std::abs(static_cast<int>(patients[2].size()) - 30) <= 14);

  source->options.out = source->folder.path() / "other seed";
  source->options.seed = 1;
  prepare_table(source->options);
  const Dataset other = Dataset::open(source->options.out);
  CHECK(other.indices(Split::test) != dataset.indices(Split::test));
}

TEST_CASE("a run that was stopped is continued, to the same bytes") {
  auto source = many(30);
  write_file(source->in("5.png"), "no image");
  source->options.rows_per_shard = 4;
  prepare_table(source->options);
  const auto whole = contents(source->options.out);
  CHECK(whole.contains("shards/00007.safetensors"));
  CHECK_FALSE(whole.contains("shards/00008.safetensors"));

  source->options.out = source->folder.path() / "resumed";
  std::size_t first_calls = 0, second_begin = 0;
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Outcome stopped = outcome([&] {
    prepare_table(source->options, [&](std::size_t done, std::size_t, std::size_t) {
      return ++first_calls, done >= 16;
    });
  });
  CHECK(is(stopped, Status::cancelled));
  CHECK(first_calls == 3);
  CHECK_THAT(outcome([&] { Dataset::open(source->options.out); }).message,
             Catch::Contains("dataset.json"));
  at::set_num_threads(2);
  const PreparationSummary summary =
      prepare_table(source->options, [&](std::size_t done, std::size_t total, std::size_t) {
        if (second_begin == 0) second_begin = done;
        CHECK(total == 30);
        return 0;
      });
  at::set_num_threads(threads);
  CHECK(second_begin == 13);  // twelve images in three shards, one skipped
  CHECK(summary.images == 29);
  CHECK(summary.skipped == 1);
  CHECK(contents(source->options.out) == whole);

  const PreparationSummary again = prepare_table(
      source->options, [](auto...) { return 1; });  // nothing is done, so nothing asks
  CHECK(again.images == 29);
  CHECK(again.skipped == 1);
  CHECK(again.patients_of[0] == summary.patients_of[0]);
}

TEST_CASE("a shard that is gone is made again") {
  auto source = many(12);
  source->options.rows_per_shard = 4;
  prepare_table(source->options);
  const auto whole = contents(source->options.out);
  source->options.out = source->folder.path() / "resumed";
  at::set_num_threads(1);
  CHECK(is(outcome([&] {
             prepare_table(source->options, [](std::size_t done, auto...) { return done > 0; });
           }),
           Status::cancelled));
  write_file(source->options.out / "shards/00001.safetensors", "damaged");
  write_file(source->options.out / "shards/00000.safetensors.1-2.tmp", "of a run that was killed");
  prepare_table(source->options);
  CHECK(contents(source->options.out) == whole);
}

TEST_CASE("a folder that was begun otherwise is refused, and told how") {
  auto source = many(4);
  prepare_table(source->options);
  const auto refused = [&] { return outcome([&] { prepare_table(source->options); }); };
  SECTION("another size") {
    source->options.resolution = 8;
    CHECK_THAT(refused().message,
               Catch::Contains("resolution") && Catch::Contains("4") && Catch::Contains("8"));
  }
  SECTION("another table") {
    write_file(source->in("table.csv"), "path,text,patient_id\n0.png,changed,p0\n");
    CHECK_THAT(refused().message, Catch::Contains("tables"));
  }
  SECTION("another root, with the same table") {
    std::filesystem::copy(source->in(""), source->folder.path() / "other");
    source->options.root = source->in("");
    CHECK(prepare_table(source->options).images == 4);  // the table's own folder, told twice
    source->options.root = source->folder.path() / "other";
    CHECK_THAT(refused().message, Catch::Contains("roots_sha256"));
    source->options.root.clear();
    source->options.tables = {{source->folder.path() / "other/table.csv", {}}};
    CHECK_THAT(refused().message, Catch::Contains("roots_sha256"));
    CHECK_FALSE(
        contains(read_bytes(source->options.out / "dataset.json"), source->folder.path().string()));
  }
  SECTION("something else") {
    source->options.out = source->folder.path() / "in";
    CHECK_THAT(refused().message, Catch::Contains("something else than a dataset"));
  }
}

TEST_CASE("a cancelled job stops") {
  auto source = many(4);
  Job job;
  job.cancel();
  CHECK(is(outcome([&] { prepare_table(source->options, {}, &job); }), Status::cancelled));
}

TEST_CASE("a column of findings with sentences in it is no list of findings, unless it is named") {
  Source source("path,findings,impression\na.png,Lungs are clear.,Normal\nb.png,Edema,Edema\n");
  for (const char* name : {"a.png", "b.png"}) write_image(source.in(name), square(0.5F));
  prepare_table(source.options);
  CHECK(Dataset::open(source.options.out).labels().empty());
  source.options.out = source.folder.path() / "named";
  source.options.columns.findings = "findings";
  prepare_table(source.options);
  CHECK(Dataset::open(source.options.out).labels() ==
        std::vector<std::string>{"Edema", "Lungs are clear."});
  Source long_one("path,text,findings\na.png,b," + std::string(100, 'x') + "\n");
  long_one.options.columns.findings = "findings";
  CHECK_THAT(outcome([&] { prepare_table(long_one.options); }).message,
             Catch::Contains("longer than 64 bytes"));
}

TEST_CASE("without a patient column the image file is the patient") {
  Source source("path,text,split,id\na.png,x,train,1\nb.png,y,test,2\n");
  write_file(source.in("more/table.csv"), "path,text\na.png,z\n");
  for (const char* name : {"a.png", "b.png", "more/a.png"})
    write_image(source.in(name), square(0.5F));
  source.options.tables.push_back({source.in("more/table.csv"), Split::val});  // another a.png
  prepare_table(source.options);
  const Dataset dataset = Dataset::open(source.options.out);
  REQUIRE(dataset.size() == 3);
  CHECK(dataset.record(0).patient == "a.png");
  CHECK(dataset.record(2).id == "more/a.png");
  CHECK(dataset.record(2).patient == "more/a.png");

  for (const char* csv : {"path,text,split\na.png,x,train\n./a.png,y,test\n",
                          "path,text,split,id\na.png,x,train,1\na.png,y,test,2\n"}) {
    Source leak(csv);
    write_image(leak.in("a.png"), square(0.5F));
    CHECK_THAT(outcome([&] { prepare_table(leak.options); }).message,
               Catch::Contains("patient 'a.png'"));
  }
}
