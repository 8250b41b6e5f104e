// What an image carries is enough to make it again, through the C ABI and the C++ classes.

#include "calls.hpp"

#include <nlohmann/json.hpp>

using Json = nlohmann::json;

namespace {

raygen::Options options_of_an_image() {
  raygen::Options options;
  options.seed = 7;
  options.first_image = 40;
  options.sampling.steps = 3;
  options.sampling.temperature = 1.25;
  options.sampling.position_choice = "random";
  return options;
}

}  // namespace

TEST_CASE("an image is made again of what it carries") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  const auto first = generator.generate({"one"}, options_of_an_image());
  const auto settings = raygen::Settings::of(first[0]);
  CHECK(settings.prompts() == std::vector<std::string>{"one"});
  CHECK(settings.seed() == 7);
  CHECK(settings.image() == 40);
  CHECK(settings.model() == model.digest());
  CHECK(settings.generator() == std::string("libraygen ") + raygen_version());
  CHECK(settings.device() == raygen::Device::cpu);
  CHECK(settings.precision() == raygen::Precision::float32);
  CHECK(settings.check_model(model).empty());
  const auto again = generator.generate(settings.prompts(), settings.options());
  CHECK(again[0].encode_png(16) == first[0].encode_png(16));
  CHECK(tokens_of(again, 0) == tokens_of(first, 0));
}

TEST_CASE("what a call says wins over what an image has") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  const auto settings = raygen::Settings::of(generator.generate({"one"}, options_of_an_image())[0]);
  raygen::Options over;
  over.config = "temperature: 2";
  over.sampling.steps = 5;
  Json config = Json::parse(settings.config(over));
  CHECK(config["steps"] == 5);
  CHECK(config["temperature"] == 2);
  CHECK(config["position_choice"] == "random");
  over = {};
  over.sampling.preset = "raygen-report";
  config = Json::parse(settings.config(over));
  CHECK(config["steps"] == 3);
  CHECK(config["temperature"] == 1.3);
  CHECK(config["position_choice"] == "confidence");  // a preset has a value for every option
  over = {};
  over.overrides = {"stesp=3"};
  CHECK(status_of([&] { (void)settings.config(over); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("an image that cannot be made again is refused") {
  const auto model = tiny_model();
  CHECK(status_of([] { raygen::Settings::of(raygen::Image(4, 4, 1)); }) == RAYGEN_ERROR_FORMAT);
  raygen::Encoder codec(model);
  const auto decoded = codec.decode(std::vector<std::int32_t>(model.grid().tokens(), 0));
  CHECK(status_of([&] { raygen::Settings::of(decoded); }) == RAYGEN_ERROR_UNSUPPORTED);
  raygen::Options options = options_of_an_image();
  options.start_tokens.assign(model.grid().tokens(), model.grid().codebook_size);
  const auto edited = raygen::Generator(model).generate({"one"}, options);
  CHECK(status_of([&] { raygen::Settings::of(edited[0]); }) == RAYGEN_ERROR_UNSUPPORTED);
}

TEST_CASE("the calls of settings tell what is wrong with them") {
  Handles h;
  raygen_settings* settings = nullptr;
  refused(EXPRESSION(raygen_settings_read("", 0, &settings, error)), "carries none",
          RAYGEN_ERROR_FORMAT);
  CHECK(settings == nullptr);
  const std::string json =
      R"({"model_sha256":"ab","prompt":"one","seed":1,"image":2,"precision":"half","device":"npu"})";
  refused(EXPRESSION(raygen_settings_read(json.data(), json.size(), nullptr, error)), "settings");
  REQUIRE(
      call(EXPRESSION(raygen_settings_read(json.data(), json.size(), &settings, error))).status ==
      RAYGEN_OK);
  CHECK(raygen_settings_device(settings) == RAYGEN_DEVICE_AUTO);
  CHECK(raygen_settings_precision(settings) == RAYGEN_PRECISION_AUTO);
  CHECK(std::string(raygen_settings_generator(settings)).empty());
  char* text = nullptr;
  refused(EXPRESSION(raygen_settings_check_model(settings, h.model, 0, &text, error)), "'ab'");
  CHECK(text == nullptr);
  refused(EXPRESSION(raygen_settings_check_model(settings, h.model, 2, &text, error)), "any_model");
  refused(EXPRESSION(raygen_settings_check_model(settings, nullptr, 1, &text, error)), "model");
  REQUIRE(
      call(EXPRESSION(raygen_settings_check_model(settings, h.model, 1, &text, error))).status ==
      RAYGEN_OK);
  CHECK(std::string(text).find("'half'") != std::string::npos);
  raygen_buffer_free(text);
  CHECK(
      call(EXPRESSION(raygen_settings_check_model(settings, h.model, 1, nullptr, error))).status ==
      RAYGEN_OK);
  refused(EXPRESSION(raygen_settings_config(settings, nullptr, nullptr, error)), "config");
  REQUIRE(call(EXPRESSION(raygen_settings_config(settings, nullptr, &text, error))).status ==
          RAYGEN_OK);
  CHECK(Json::parse(text)["steps"] == 18);
  raygen_buffer_free(text);
  raygen_settings_free(settings);
  raygen_settings_free(nullptr);
  CHECK(raygen_settings_prompt_count(nullptr) == 0);
  CHECK(raygen_settings_prompt(nullptr, 0) == nullptr);
  CHECK(raygen_settings_prompt_weight(nullptr, 0) == 0);
  CHECK(raygen_settings_model(nullptr) == nullptr);
  CHECK(raygen_settings_generator(nullptr) == nullptr);
  CHECK(raygen_settings_seed(nullptr) == 0);
  CHECK(raygen_settings_image(nullptr) == 0);
  CHECK(raygen_settings_device(nullptr) == RAYGEN_DEVICE_AUTO);
  CHECK(raygen_settings_precision(nullptr) == RAYGEN_PRECISION_AUTO);
}
