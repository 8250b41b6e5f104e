// An image's settings are read back, and what cannot be made again from them is refused.

#include "generation/image_settings.hpp"

#include "error.hpp"
#include "generation/generator.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

GeneratedImage made(const GenerateOptions& options, std::string_view prompt) {
  Session session(tiny_model());
  return generate(session, {prompt}, options).at(0);
}

/// Settings as an image has them, changed.
template <typename Change>
std::string settings(Change change) {
  GenerateOptions options;
  options.sampling.steps = 2;
  static const auto json = nlohmann::json::parse(made(options, "effusion").image.text.at("raygen"));
  nlohmann::json changed = json;
  change(changed);
  return changed.dump();
}

Status status_of(const std::string& json) {
  try {
    read_settings(json, "a.png");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), StartsWith("a.png"));
    return error.status();
  }
  FAIL("was read");
  return Status::internal;
}

}  // namespace

TEST_CASE("An image is made again of its settings alone, to the last bit") {
  GenerateOptions options;
  options.seed = 18446744073709551615U;
  options.first_image = 41;
  options.sampling.steps = 5;
  options.sampling.temperature = 1.37;
  options.sampling.guidance_scale = 2.5;
  options.sampling.negative_prompt = "no \"finding\": é";
  options.sampling.position_choice = "random";
  const std::string prompt = "Größe: {1, 2}\nsecond line # no comment";
  const GeneratedImage first = made(options, prompt);
  const ImageSettings read = read_settings(first.image.text.at("raygen"), "settings");
  CHECK(read.prompts == std::vector<std::string>{prompt});
  GenerateOptions again;
  again.seed = read.key.seed;
  again.first_image = read.key.image;
  again.sampling = read.sampling;
  const GeneratedImage second = made(again, read.prompts[0]);
  CHECK(second.tokens == first.tokens);
  CHECK(second.image.pixels == first.image.pixels);
  CHECK(second.image.text == first.image.text);
  CHECK(doubts(read, *tiny_model(), false).empty());
}

TEST_CASE("An option that the settings lack had its default") {
  const auto read = read_settings(settings([](auto& json) { json.erase("guidance_scale"); }), "s");
  CHECK(read.sampling.guidance_scale == SamplingOptions().guidance_scale);
  CHECK(read.sampling.steps == 2);
}

TEST_CASE("What the settings alone do not make again is refused with the reason") {
  const auto with = [](const char* key, const nlohmann::json& value) {
    return settings([&](auto& json) { json[key] = value; });
  };
  const auto without = [](const char* key) {
    return settings([&](auto& json) { json.erase(key); });
  };
  CHECK(status_of(with("start_tokens_sha256", "00")) == Status::unsupported);
  CHECK(status_of(with("mask_sha256", "00")) == Status::unsupported);
  CHECK(status_of(with("edit", {{"input_sha256", "00"}})) == Status::unsupported);
  CHECK(status_of(with("prompts", "a")) == Status::format);
  CHECK(status_of(with("prompts", nlohmann::json::array())) == Status::format);
  CHECK(status_of(with("prompts", {{{"prompt", "a"}, {"weight", 0}}})) == Status::format);
  CHECK(status_of(with("prompts", {{{"prompt", 1}, {"weight", 1}}})) == Status::format);
  CHECK(status_of(with("edit", {{"feather", 2}})) == Status::unsupported);
  CHECK(status_of(with("settings_version", 9)) == Status::unsupported);
  CHECK(status_of(with("settings_version", "new")) == Status::format);
  CHECK(status_of(with("of_tomorrow", 1)) == Status::unsupported);
  CHECK(status_of(with("steps", 0)) == Status::format);
  CHECK(status_of(with("schedule", "of tomorrow")) == Status::format);
  CHECK(status_of(with("seed", -1)) == Status::format);
  CHECK(status_of(with("image", 1.5)) == Status::format);
  CHECK(status_of(without("seed")) == Status::unsupported);
  CHECK(status_of(without("prompt")) == Status::format);
  CHECK(status_of(without("model_sha256")) == Status::format);
  CHECK(status_of("") == Status::format);
  CHECK(status_of("[]") == Status::format);
  CHECK(status_of("{\"seed\":1") == Status::format);
  CHECK_THROWS_WITH(read_settings(with("edit", {{"input_sha256", "00"}}), "s"),
                    Contains("edit.input_sha256"));
  CHECK_THROWS_WITH(read_settings(settings([](auto& json) {
                                    json["of_tomorrow"] = 1;
                                    json["generator"] = "libraygen 9.0.0";
                                  }),
                                  "s"),
                    Contains("of_tomorrow") && Contains("libraygen 9.0.0"));
}

TEST_CASE("An image that was made from given tokens is refused by the name of the key") {
  Session session(tiny_model());
  GenerateOptions options;
  options.sampling.steps = 2;
  options.start_tokens = at::full({1, 64}, 40, at::kLong);
  const auto images = generate(session, {"effusion"}, options);
  CHECK_THROWS_WITH(read_settings(images[0].image.text.at("raygen"), "s"),
                    Contains("start_tokens_sha256"));
}

TEST_CASE("Another model is refused with both digests, or told") {
  const auto other =
      read_settings(settings([](auto& json) { json["model_sha256"] = "0123abcd"; }), "s");
  const std::string digest = tiny_model()->bundle().digest;
  CHECK_THROWS_WITH(doubts(other, *tiny_model(), false), Contains("0123abcd") && Contains(digest));
  REQUIRE(doubts(other, *tiny_model(), true).size() == 1);
  CHECK_THAT(doubts(other, *tiny_model(), true)[0], Contains("0123abcd") && Contains(digest));
}

TEST_CASE("Another version, precision or device is a doubt each") {
  const auto other = read_settings(settings([](auto& json) {
                                     json["generator"] = "libraygen 0.0.9";
                                     json["precision"] = "bfloat16";
                                     json["device"] = "cuda";
                                   }),
                                   "s");
  const auto reasons = doubts(other, *tiny_model(), false);
  REQUIRE(reasons.size() == 3);
  CHECK_THAT(reasons[0], Contains("0.0.9"));
  CHECK_THAT(reasons[1], Contains("bfloat16") && Contains("float32"));
  CHECK_THAT(reasons[2], Contains("cuda") && Contains("cpu"));
}
