#include "config/print.hpp"
#include "config/read.hpp"
#include "error.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

struct Values {
  bool flag = false;
  std::int64_t count = 3;
  std::uint64_t seed = 0;
  double rate = 0.5;
  std::string kind = "slow";
  std::string note;
  std::vector<std::int64_t> levels = {1, 2};

  ConfigKeys keys() {
    return {{"flag", &flag, "whether"},
            {"count", &count, "how many", between(1, 10)},
            {"loop", Section{}, "what is repeated"},
            {"loop.rate", &rate, "how fast", below_one, {}, "a paper"},
            {"loop.kind", &kind, "which", {}, {"slow", "fast"}},
            {"loop.note", &note, "anything"},
            {"seed", &seed, "of the noise"},
            {"levels", &levels, "sizes", at_least(1)}};
  }
};

Values read(const std::string& text) {
  Values values;
  read_config(values.keys(), text, "file");
  return values;
}

void refused(const std::string& text, const std::string& message) {
  CHECK_THROWS_WITH(read(text), Contains(message));
}

}  // namespace

TEST_CASE("YAML and JSON set what they name and leave the rest") {
  for (
      const char* text :
      {"flag: true\ncount: 7\nloop:\n  rate: 0.25\n  kind: fast\nlevels: [4, 8]\n",
       R"({"flag": true, "count": 7, "loop": {"rate": 0.25, "kind": "fast"}, "levels": [4, 8]})"}) {
    const Values values = read(text);
    CHECK(values.flag);
    CHECK(values.count == 7);
    CHECK(values.rate == 0.25);
    CHECK(values.kind == "fast");
    CHECK(values.levels == std::vector<std::int64_t>{4, 8});
    CHECK(values.seed == 0);
  }
  CHECK(read("").count == 3);
  CHECK(read("seed: 18446744073709551615").seed == UINT64_MAX);
}

TEST_CASE("What is wrong is told with its line, its value and what was expected") {
  refused("count: 11", "file, line 1: count is '11'; an integer of 1 to 10 was expected");
  refused("flag: yes", "true or false was expected");
  refused("loop:\n  rate: 1", "line 2: loop.rate is '1'; a number of 0 to below 1 was expected");
  refused("loop:\n  rate: .nan", "a number of 0 to below 1");
  refused("loop:\n  kind: faster", "slow, fast was expected");
  refused("loop: 3", "a section was expected");
  refused("cuont: 3", "unknown key 'cuont'; the nearest is count (how many)");
  refused("count: 3\ncount: 4", "count is there twice");
  refused("levels: [0]", "a list of integers of at least 1");
  refused("count: 1\n---\ncount: 2", "more than one YAML document");
  for (const char* damaged : {"]", "}", ", count: 1"}) refused(damaged, "YAML");
  refused("count: [", "invalid YAML");
  refused("[1, 2]", "a mapping was expected");
  refused("loop:\n  note: \"a\\x01b\"", "control characters");
  refused(std::string((1 << 20) + 1, ' '), "too many");
}

TEST_CASE("Overrides set one value each") {
  Values values;
  override_config(values.keys(), "loop.rate=0.125");
  override_config(values.keys(), "levels=[3]");
  override_config(values.keys(), "loop.note=a = b");
  CHECK(values.rate == 0.125);
  CHECK(values.levels == std::vector<std::int64_t>{3});
  CHECK(values.note == "a = b");
  CHECK_THROWS_WITH(override_config(values.keys(), "count"), Contains("key=value was expected"));
  CHECK_THROWS_WITH(override_config(values.keys(), "loop=1"), Contains("is a section"));
  CHECK_THROWS_WITH(override_config(values.keys(), "loop.reat=1"),
                    Contains("the nearest is loop.rate"));
  CHECK_THROWS_WITH(override_config(values.keys(), "loop.note=caf\xe9"), Contains("UTF-8 text"));
}

TEST_CASE("What is printed reads back as it was") {
  Values values;
  values.rate = 0.1;
  values.note = "null";
  values.seed = UINT64_MAX;
  const Values from_yaml = read(to_yaml(values.keys(), "title"));
  const Values from_json = read(to_json(values.keys()).dump());
  for (const Values& back : {from_yaml, from_json}) {
    CHECK(back.rate == 0.1);
    CHECK(back.note == "null");
    CHECK(back.seed == UINT64_MAX);
    CHECK(back.levels == values.levels);
  }
}

TEST_CASE("A config of another version gives what is known of it, and names the rest") {
  Values values;
  const auto unknown = read_foreign_config(
      values.keys(), "loop:\n  rate: 0.25\n  unheard: 3\nnew: {a: 1}\ncount: 4\n", "file");
  CHECK(values.rate == 0.25);
  CHECK(values.count == 4);
  CHECK(values.seed == 0);
  REQUIRE(unknown.size() == 2);
  CHECK(unknown[0].path == "loop.unheard");
  CHECK(unknown[0].value == "'3'");
  CHECK(unknown[1].path == "new");
  CHECK_THROWS_WITH(read_foreign_config(values.keys(), "count: 11", "file"),
                    Contains("count is '11'"));
}

TEST_CASE("The schema says type, range, default, meaning and source") {
  Values values;
  const auto schema = to_schema(values.keys(), "title");
  const auto& count = schema["properties"]["count"];
  CHECK(count["type"] == "integer");
  CHECK(count["minimum"] == 1);
  CHECK(count["maximum"] == 10);
  CHECK(count["default"] == 3);
  CHECK(count["description"] == "how many");
  const auto& loop = schema["properties"]["loop"];
  CHECK(loop["additionalProperties"] == false);
  CHECK(loop["properties"]["rate"]["exclusiveMaximum"] == 1.0);
  CHECK(loop["properties"]["rate"]["x-source"] == "a paper");
  CHECK(loop["properties"]["kind"]["enum"] == std::vector<std::string>{"slow", "fast"});
  CHECK(schema["properties"]["levels"]["items"]["minimum"] == 1);
}

TEST_CASE("The nearest of some names") {
  CHECK(nearest_name("rayegn", {"halton", "raygen", "raygen-report"}) == "raygen");
}
