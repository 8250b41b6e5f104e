#include "dataset/dataset.hpp"

#include "dataset/writer.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

/// Three images of two patients, two rows a shard.
struct Prepared {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "data";

  Prepared() {
    DatasetWriter writer(path, {2, {"Edema"}, 2, {{"source", "test"}}});
    for (std::uint8_t i = 0; i < 3; ++i) {
      const std::vector<std::uint8_t> pixels(4, i);
      writer.add({"id" + std::to_string(i),
                  i < 2 ? "p" : "q",
                  i < 2 ? Split::train : Split::val,
                  "PA",
                  {"Edema"},
                  "text"},
                 pixels);
    }
    writer.finish();
  }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = read_bytes(path / file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    write_file(path / file, text.replace(at, from.size(), to));
  }
  std::string refused() const {
    const Outcome got = outcome([&] { Dataset::open(path); });
    CHECK(got.status != 0);
    return got.message;
  }
};

}  // namespace

TEST_CASE("what is written is read") {
  const Prepared prepared;
  const Dataset dataset = Dataset::open(prepared.path);
  REQUIRE(dataset.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(dataset.record(i).id == "id" + std::to_string(i));
    REQUIRE(dataset.pixels(i).size() == 4);
    CHECK(dataset.pixels(i)[3] == i);
  }
  CHECK(dataset.indices(Split::val) == std::vector<std::size_t>{2});
}

TEST_CASE("damage is found at opening, and told where") {
  const Prepared prepared;
  using Catch::Contains;
  SECTION("format") {
    prepared.replace("dataset.json", "raygen-dataset", "other");
    CHECK_THAT(prepared.refused(), Contains("dataset.json") && Contains("other"));
  }
  SECTION("version") {
    prepared.replace("dataset.json", "\"version\": 1", "\"version\": 2");
    CHECK_THAT(prepared.refused(), Contains("version"));
  }
  SECTION("unknown key") {
    prepared.replace("dataset.json", "\"count\"", "\"extra\": 1, \"count\"");
    CHECK_THAT(prepared.refused(), Contains("extra"));
  }
  SECTION("resolution") {
    prepared.replace("dataset.json", "\"resolution\": 2", "\"resolution\": 3");
    CHECK_THAT(prepared.refused(), Contains("00000.safetensors") && Contains("[2, 3, 3]"));
  }
  SECTION("count") {
    prepared.replace("dataset.json", "\"count\": 3", "\"count\": 4");
    CHECK_THAT(prepared.refused(), Contains("count"));
  }
  SECTION("splits") {
    prepared.replace("dataset.json", "\"val\": 1", "\"val\": 2");
    CHECK_THAT(prepared.refused(), Contains("\"val\""));
  }
  SECTION("a shard is missing") {
    std::filesystem::remove(prepared.path / "shards/00001.safetensors");
    CHECK_THAT(prepared.refused(), Contains("00001.safetensors"));
  }
  SECTION("a shard is cut") {
    const auto shard = prepared.path / "shards/00000.safetensors";
    std::filesystem::resize_file(shard, std::filesystem::file_size(shard) - 1);
    CHECK_THAT(prepared.refused(), Contains("00000.safetensors"));
  }
  SECTION("row out of range") {
    prepared.replace("records.csv", "text,1,0", "text,1,1");
    CHECK_THAT(prepared.refused(), Contains("records.csv, line 4") && Contains("row is"));
  }
  SECTION("shard out of range") {
    prepared.replace("records.csv", "text,1,0", "text,2,0");
    CHECK_THAT(prepared.refused(), Contains("line 4") && Contains("shard is"));
  }
  SECTION("a row twice") {
    prepared.replace("records.csv", "text,0,1", "text,0,0");
    CHECK_THAT(prepared.refused(), Contains("line 3") && Contains("taken"));
  }
  SECTION("an id twice") {
    prepared.replace("records.csv", "id1", "id0");
    CHECK_THAT(prepared.refused(), Contains("line 3") && Contains("id0"));
  }
  SECTION("a patient in two splits") {
    prepared.replace("records.csv", "id2,q,val", "id2,p,val");
    CHECK_THAT(prepared.refused(), Contains("records.csv, line 4") && Contains("'p'") &&
                                       Contains("\"train\" at line 2"));
  }
  SECTION("an unknown finding") {
    prepared.replace("records.csv", "Edema", "Mass");
    CHECK_THAT(prepared.refused(), Contains("line 2") && Contains("Mass"));
  }
  SECTION("an unknown split") {
    prepared.replace("records.csv", "train", "trian");
    CHECK_THAT(prepared.refused(), Contains("line 2") && Contains("trian"));
  }
}

TEST_CASE("two runs do not write to one folder") {
  const TemporaryFolder folder;
  const DatasetWriter first(folder.path() / "data", {2, {}, 2, {{"source", "test"}}});
  CHECK_THAT(outcome([&] {
               DatasetWriter(folder.path() / "data", {2, {}, 2, {{"source", "test"}}});
             }).message,
             Catch::Contains("another run"));
}
