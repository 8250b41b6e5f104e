#include "storage/json.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;

TEST_CASE("JSON is written whatever bytes its strings hold") {
  CHECK(json_text(Json{{"file", "caf\xe9.ckpt"}}) == "{\"file\":\"caf\ufffd.ckpt\"}");
  const nlohmann::ordered_json ordered = {{"b", 1}, {"a", "\xff"}};
  CHECK(json_text(ordered, 1) == "{\n \"b\": 1,\n \"a\": \"\ufffd\"\n}");
}

TEST_CASE("two records are compared value by value") {
  const auto compared = [](const char* then, const char* now, const char* defaults = "{}") {
    return differences(Json::parse(then), Json::parse(now), Json::parse(defaults));
  };
  CHECK(compared(R"({"a": 1, "b": 1e-4})", R"({"b": 0.0001, "a": 1.0})").empty());
  CHECK(compared(R"({"a": 1})", R"({"a": 2})") == "a was '1', is '2' now");
  CHECK(compared(R"({"a": {"b": "x", "c": [1]}})", R"({"a": {"b": "y", "c": [2]}})") ==
        "a.b was '\"x\"', is '\"y\"' now; a.c[0] was '1', is '2' now");
  SECTION("a key that is new has its default") {
    CHECK(compared("{}", R"({"a": 1})") == "a was not said, is '1' now");
    CHECK(compared("{}", R"({"a": 1})", R"({"a": 1.0})").empty());
    CHECK(compared("{}", R"({"a": 2})", R"({"a": 1})") == "a was '1', is '2' now");
    CHECK(compared(R"({"a": {}})", R"({"a": {"b": 3}})", R"({"a": {"b": 3}})").empty());
    CHECK(compared("{}", R"({"a": {"b": 4}})", R"({"a": {"b": 3}})") == "a.b was '3', is '4' now");
    CHECK(compared(R"({"t": [{"f": 1}, {"f": 2}]})",
                   R"({"t": [{"f": 1, "s": ""}, {"f": 2, "s": ""}]})", R"({"t": [{"s": ""}]})")
              .empty());
  }
  SECTION("a key that is not known is told") {
    CHECK(compared(R"({"a": 1, "b": 2})", R"({"a": 1})") == "b was '2', which is not known here");
  }
  SECTION("other kinds and lengths") {
    CHECK(compared(R"({"a": [1, 2]})", R"({"a": [1]})") == "a was '[1,2]', is '[1]' now");
    CHECK(compared(R"({"a": {"b": 1}})", R"({"a": "b"})") == "a was '{\"b\":1}', is '\"b\"' now");
  }
}
