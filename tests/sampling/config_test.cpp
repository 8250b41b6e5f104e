#include "sampling/config.hpp"

#include "error.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

SamplingOptions resolve(const std::string& config, const std::vector<std::string>& overrides = {}) {
  SamplingOptions of_the_model;
  of_the_model.temperature = 1.5;
  return resolve_sampling(of_the_model, config, overrides, "config");
}

}  // namespace

TEST_CASE("What the caller leaves open is the model's") {
  CHECK(resolve("").temperature == 1.5);
  CHECK(resolve("steps: 4").temperature == 1.5);
  CHECK(resolve("steps: 4").steps == 4);
  CHECK(resolve("", {"steps=5"}).steps == 5);
  CHECK(resolve("temperature: 2", {"temperature=3"}).temperature == 3);
}

TEST_CASE("A preset stands in the model's place, wherever it is named") {
  for (const SamplingOptions& options :
       {resolve("raygen-report", {"guidance_scale=2"}),
        resolve("preset: raygen-report\nguidance_scale: 2"),
        resolve("guidance_scale: 2", {"preset=raygen-report"}),
        resolve(R"({"guidance_scale": 2, "preset": "raygen-report"})")}) {
    CHECK(options.steps == 3);
    CHECK(options.temperature == 1.3);
    CHECK(options.top_k_threshold == 0.5);
    CHECK(options.guidance_scale == 2);
  }
  CHECK(resolve("raygen").temperature == 1);
  CHECK(resolve("raygen").steps == 18);
  CHECK_THROWS_WITH(resolve("raygen-raport"),
                    Contains("no preset 'raygen-raport'; the nearest is raygen-report"));
}

TEST_CASE("Values out of range and unknown keys are refused") {
  const auto refused = [](const std::string& assignment, const std::string& message) {
    CHECK_THROWS_WITH(resolve("", {assignment}), Contains(message));
  };
  refused("steps=0", "steps is '0'; an integer of 1 to 1024 was expected");
  refused("steps=1025", "steps is '1025'");
  refused("temperature=-0.1", "temperature is '-0.1'; a number of at least 0 was expected");
  refused("temperature=nan", "temperature");
  refused("top_k_threshold=1", "a number of 0 to below 1 was expected");
  refused("guidance_scale=101", "a number of 0 to 100 was expected");
  refused("position_choice=randon", "confidence, maskgit, halton");
  refused("stesp=3", "unknown key 'stesp'; the nearest is steps");
}

TEST_CASE("Every option survives being written and read") {
  SamplingOptions options;
  options.temperature = 0.1;
  options.position_choice = "random";
  const std::string json = sampling_to_json(options).dump();
  CHECK(sampling_to_json(sampling_from_json(json, "file")).dump() == json);
  CHECK(sampling_to_json(resolve(sampling_to_yaml(options))).dump() == json);
  CHECK_THROWS_AS(sampling_from_json("steps: 4", "file"), Error);
}

TEST_CASE("The schema has every option and every preset") {
  const auto schema = nlohmann::ordered_json::parse(sampling_schema());
  const auto defaults = sampling_to_json({});
  for (const auto& [name, value] : defaults.items()) {
    CHECK(schema["properties"][name]["default"] == value);
    CHECK_FALSE(schema["properties"][name]["x-source"].get<std::string>().empty());
    for (const auto& [preset, described] : schema["x-presets"].items())
      CHECK(described["values"].contains(name));
  }
  CHECK(schema["properties"]["preset"]["enum"].size() == schema["x-presets"].size());
}
