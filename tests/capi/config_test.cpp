// Configs at the door: what says them, what comes of them, and that an image carries the same.

#include "calls.hpp"

#include <nlohmann/json.hpp>

using Json = nlohmann::json;

TEST_CASE("an image carries what resolve says, and nothing else") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  raygen::Options options;
  options.seed = 7;
  options.first_image = 40;
  options.config = R"({"temperature": 1.25})";
  options.sampling.steps = 3;
  options.sampling.guidance_scale = 1.5;
  options.overrides = {"position_choice=random"};
  const auto images = generator.generate({"one", "two"}, options);
  CHECK(images[0].text("raygen") == raygen::resolve(model, options, "one"));
  options.first_image = 41;
  CHECK(images[1].text("raygen") == raygen::resolve(model, options, "two"));

  Json settings = Json::parse(images[1].text("raygen"));
  CHECK(settings["temperature"] == 1.25);
  CHECK(settings["steps"] == 3);
  CHECK(settings["guidance_scale"] == 1.5);
  CHECK(settings["position_choice"] == "random");
  CHECK(settings["prompt"] == "two");
  settings.erase("prompt");
  CHECK(Json::parse(raygen::resolve(model, options)) == settings);
}

TEST_CASE("a typed option is written with a point, whatever the locale") {
  raygen::Sampling sampling;
  CHECK(sampling.overrides().empty());
  sampling.preset = "raygen";
  sampling.steps = 12;
  sampling.temperature = 0.1;
  sampling.token_choice = "gumbel";
  CHECK(sampling.overrides() == std::vector<std::string>{"preset=raygen", "steps=12",
                                                         "token_choice=gumbel", "temperature=0.1"});
  sampling.negative_prompt = "a \"b\" \\ \n";
  CHECK(sampling.config() ==
        "preset: \"raygen\"\nsteps: \"12\"\ntoken_choice: \"gumbel\"\n"
        "temperature: \"0.1\"\n"
        "negative_prompt: \"a \\x22b\\x22 \\x5c \\x0a\"\n");
}

TEST_CASE("a config is printed whole and read back") {
  const auto model = tiny_model();
  raygen::Options options;
  options.sampling.steps = 5;
  const std::string yaml = raygen::print_config(model, options);
  CHECK(yaml.find("steps: 5") != std::string::npos);
  raygen::Options again;
  again.config = yaml;
  CHECK(raygen::resolve(model, again) == raygen::resolve(model, options));
  again.config = "stesp: 5";
  again.config_name = "mine.yaml";
  try {
    raygen::print_config(model, again);
    FAIL("was taken");
  } catch (const raygen::Error& error) {
    CHECK(error.status() == raygen::Status::format);
    CHECK(std::string(error.what()).find("mine.yaml") != std::string::npos);
  }
  char* text = nullptr;
  REQUIRE(raygen_config_print(nullptr, nullptr, &text, nullptr) == RAYGEN_OK);
  CHECK(std::string(text).find("steps: 18") != std::string::npos);
  raygen_buffer_free(text);
}

TEST_CASE("the schemas describe every key") {
  const Json sampling = Json::parse(raygen::config_schema());
  for (const char* key : {"preset", "steps", "temperature", "guidance_scale"})
    CHECK(sampling["properties"][key]["description"].is_string());
  CHECK(sampling["x-presets"].is_object());
  const Json training = Json::parse(raygen::config_schema(raygen::ConfigKind::training));
  CHECK(training["properties"].contains("vqgan"));
}

TEST_CASE("a prompt that cannot be asked for is refused by resolve, too") {
  const auto model = tiny_model();
  CHECK(status_of([&] { raygen::resolve(model, {}, std::string(1 << 20, 'x')); }) ==
        RAYGEN_ERROR_LIMIT);
  CHECK(status_of([&] { raygen::resolve(model, {}, "\xff"); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("an image is taken out of a result without a copy") {
  Handles h;
  raygen_result* result = nullptr;
  REQUIRE(
      call(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, nullptr, &result, error)))
          .status == RAYGEN_OK);
  const float* pixels = raygen_image_pixels(raygen_result_image(result, 0));
  raygen_image* image = nullptr;
  refused(EXPRESSION(raygen_result_take_image(result, 1, &image, error)), "there are 1");
  REQUIRE(call(EXPRESSION(raygen_result_take_image(result, 0, &image, error))).status == RAYGEN_OK);
  CHECK(raygen_image_pixels(image) == pixels);
  CHECK(raygen_result_image(result, 0) == nullptr);
  CHECK(raygen_result_count(result) == 1);
  CHECK(raygen_result_tokens(result, 0) != nullptr);
  raygen_image* again = image;
  refused(EXPRESSION(raygen_result_take_image(result, 0, &again, error)), "taken already");
  CHECK(again == nullptr);
  raygen_result_free(result);
  CHECK(raygen_image_width(image) == 16);
  raygen_image_free(image);
}
