#include "dataset/demographics.hpp"

#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

/// Images of a table with one row each, prepared; what was said of the table.
struct People {
  TemporaryFolder folder;
  TableOptions options;
  std::string description;

  People(const std::string& header, const std::vector<std::string>& rows) {
    std::string csv = "path,text,patient_id," + header + "\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      csv += fmt::format("{}.png,text,{},{}\n", i, i, rows[i]);
      write_image(folder.path() / fmt::format("in/{}.png", i), square(0.5F));
    }
    write_file(folder.path() / "in/table.csv", csv);
    options.tables = {{folder.path() / "in/table.csv", {}}};
    options.out = folder.path() / "out";
    options.resolution = 4;
    options.describe = [&](const std::string& text) { description = text; };
  }
  Dataset prepared() const {
    prepare_table(options);
    return Dataset::open(options.out);
  }
};

}  // namespace

TEST_CASE("cells of sex and age") {
  for (const char* cell : {"F", "f", " Female ", "woman", "FEMALE"}) CHECK(sex_of(cell) == "F");
  for (const char* cell : {"M", "m", "Male", "man"}) CHECK(sex_of(cell) == "M");
  for (const char* cell : {"", "O", "Unknown", "0", "1", "MF"}) CHECK(sex_of(cell).empty());

  CHECK(age_of("58") == 58);
  CHECK(age_of("58.0") == 58);
  CHECK(age_of("058Y") == 58);
  CHECK(age_of(" 58y ") == 58);
  CHECK(age_of("006M") == 0.5);
  CHECK(*age_of("003W") == Approx(3 * 7 / 365.2425));
  CHECK(*age_of("012D") == Approx(12 / 365.2425));
  CHECK(age_of("0") == 0);
  CHECK(age_of("120") == 120);
  for (const char* cell :
       {"", "NaN", "inf", "-1", "121", "414", "0414Y", "old", "Y", "58 60", "1e9"})
    CHECK_FALSE(age_of(cell));
  CHECK(age_text(58) == "58");
  CHECK(age_text(0.5) == "0.5");
  CHECK(age_text({}).empty());
}

TEST_CASE("sex and age come from columns with usual or given names") {
  SECTION("ChestX-ray14's errors are counted, and are no errors") {
    const People people("Patient Age,Patient Gender", {"058Y,M", "414,F", "-1,X", "nan,"});
    const Dataset dataset = people.prepared();
    CHECK(dataset.record(0).age == 58);
    CHECK(dataset.record(0).sex == "M");
    CHECK_FALSE(dataset.record(1).age);
    CHECK(dataset.record(1).sex == "F");
    CHECK(dataset.record(2).sex.empty());
    CHECK_FALSE(dataset.record(3).age);
    CHECK_THAT(
        people.description,
        Catch::Contains("sex from \"Patient Gender\", age from \"Patient Age\"") &&
            Catch::Contains("1 cell of sex, neither F nor M, count as not known") &&
            Catch::Contains("2 cells of age, not within 0 to 120 years, count as not known"));
  }
  SECTION("CheXpert's names") {
    const Dataset dataset = People("Sex,Age", {"Female,68", "Unknown,0"}).prepared();
    CHECK(dataset.record(0).sex == "F");
    CHECK(dataset.record(0).age == 68);
    CHECK(dataset.record(1).sex.empty());
    CHECK(dataset.record(1).age == 0);
  }
  SECTION("given names") {
    People people("age,born_as,years", {"1,m,40.5"});
    people.options.columns.sex = "born_as";
    people.options.columns.age = "years";
    const Dataset dataset = people.prepared();
    CHECK(dataset.record(0).sex == "M");
    CHECK(dataset.record(0).age == 40.5);
    people.options.columns.age = "age";
    CHECK_THAT(outcome([&] { people.prepared(); }).message, Catch::Contains("begun otherwise"));
    people.options.columns.age = "elsewhere";
    CHECK_THAT(outcome([&] { people.prepared(); }).message, Catch::Contains("elsewhere"));
  }
  SECTION("none") {
    const Dataset dataset = People("view", {"PA"}).prepared();
    CHECK(dataset.record(0).sex.empty());
    CHECK_FALSE(dataset.record(0).age);
  }
}

TEST_CASE("a dataset's sex and age are F, M and years, or the row is named") {
  const People people("sex,age", {"F,58"});
  people.prepared();
  const std::filesystem::path file = people.options.out / "records.csv";
  const std::string whole = read_bytes(file);
  const auto message = [&](const std::string& from, const std::string& to) {
    std::string text = whole;
    text.replace(text.find(from), from.size(), to);
    write_file(file, text);
    return outcome([&] { Dataset::open(people.options.out); }).message;
  };
  CHECK_THAT(message(",F,58", ",female,58"),
             Catch::Contains("line 2") && Catch::Contains("female"));
  CHECK_THAT(message(",F,58", ",F,414"), Catch::Contains("line 2") && Catch::Contains("414"));
  CHECK_THAT(message(",F,58", ",F,nan"), Catch::Contains("line 2"));
  CHECK(message(",F,58", ",,") == "");
  CHECK(message("sex,age", "other,columns") == "");
}
