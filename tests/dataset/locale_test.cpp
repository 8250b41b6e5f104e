// A Turkish host: there std::tolower leaves 'I' as it is.

#include "dataset/csv_table.hpp"
#include "dataset/dataset.hpp"
#include "fixture.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <clocale>
#include <cstdlib>

using namespace raygen::engine;

TEST_CASE("columns and splits are recognised in a Turkish locale") {
  if (std::setlocale(LC_ALL, "tr_TR.UTF-8") == nullptr) {
    REQUIRE(std::getenv("LOCPATH") == nullptr);  // where it was set the locale is there
    WARN("the locale tr_TR.UTF-8 is missing: nothing was tested");
    return;
  }
  const TemporaryFolder folder;
  write_file(folder.path() / "t.csv", "IMAGE,IMPRESSION,PATIENT_ID\na.png,clear,1\n");
  CsvTable table(folder.path() / "t.csv", Limits{});
  CHECK(table.find_column({"image"}) == std::size_t{0});
  CHECK(table.find_column({"impression"}) == std::size_t{1});
  CHECK(table.find_column({"patient_id"}) == std::size_t{2});
  CHECK(split_of("TRAIN", "x") == Split::train);
  CHECK(split_of("VALIDATION", "x") == Split::val);
  CHECK(split_of("TESTING", "x") == Split::test);
  std::setlocale(LC_ALL, "C");
}
