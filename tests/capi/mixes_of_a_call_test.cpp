// Prompts that are mixed, and a config for each image of a call, through the C ABI.

#include "calls.hpp"

#include <memory>
#include <string>
#include <vector>

namespace {

struct Made {
  std::vector<std::int32_t> tokens;
  std::vector<float> pixels;
  std::string settings;
  std::int32_t steps;

  bool operator==(const Made& other) const {
    return tokens == other.tokens && pixels == other.pixels && steps == other.steps;
  }
};

raygen_string text_of(const std::string& text) { return {text.data(), text.size()}; }

using Texts = std::vector<std::string>;

// What they point to must last.
raygen_string text_of(std::string&& text) = delete;
std::vector<raygen_string> texts_of(Texts&& texts) = delete;

std::vector<raygen_string> texts_of(const Texts& texts) {
  std::vector<raygen_string> result;
  for (const std::string& text : texts) result.push_back(text_of(text));
  return result;
}

std::vector<Made> generate(Handles& h, const Texts& prompts, const raygen_options& options) {
  const auto texts = texts_of(prompts);
  raygen_result* result = nullptr;
  const Outcome outcome = call(EXPRESSION(
      raygen_session_generate(h.session, texts.data(), texts.size(), &options, &result, error)));
  INFO(outcome.message);
  REQUIRE(outcome.status == RAYGEN_OK);
  const std::unique_ptr<raygen_result, void (*)(raygen_result*)> owned(result, raygen_result_free);
  std::vector<Made> images;
  for (std::size_t i = 0; i < raygen_result_count(result); ++i) {
    const std::int32_t* const tokens = raygen_result_tokens(result, i);
    const raygen_image* const image = raygen_result_image(result, i);
    const float* const pixels = raygen_image_pixels(image);
    const auto count =
        static_cast<std::size_t>(raygen_image_width(image) * raygen_image_height(image));
    images.push_back({{tokens, tokens + raygen_result_token_count(result)},
                      {pixels, pixels + count},
                      raygen_image_get_text(image, "raygen", 6),
                      raygen_result_steps(result, i)});
  }
  return images;
}

raygen_options with_config(const std::string& config) {
  raygen_options options;
  raygen_options_init(&options);
  options.seed = 3;
  options.config = text_of(config);
  return options;
}

const std::string no_chance = R"({"steps": 4, "temperature": 0})", warm = "temperature: 1.2";

}  // namespace

TEST_CASE("a mix of one prompt with itself is that prompt, and the weightier prompt wins") {
  Handles h;
  raygen_options options = with_config(no_chance);
  const auto effusion = generate(h, {"effusion"}, options)[0],
             other = generate(h, {"no finding"}, options)[0];
  REQUIRE_FALSE(effusion == other);
  options.prompts_per_mix = 2;
  for (const std::vector<double>& weights :
       {std::vector<double>{0.3, 0.7}, {5, 5}, {1 - 1e-6, 1e-6}}) {
    options.prompt_weights = weights.data();
    const auto mixed = generate(h, {"effusion", "effusion"}, options);
    REQUIRE(mixed.size() == 1);
    CHECK(mixed[0] == effusion);
  }
  const double first[] = {1 - 1e-6, 1e-6}, second[] = {1e-6, 1 - 1e-6};
  options.prompt_weights = first;
  CHECK(generate(h, {"effusion", "no finding"}, options)[0] == effusion);
  options.prompt_weights = second;
  CHECK(generate(h, {"effusion", "no finding"}, options)[0] == other);
}

TEST_CASE("mixes and weights that cannot be are refused with their value") {
  Handles h;
  const auto says = [&h](std::size_t per_mix, const double* weights, const std::string& part) {
    raygen_options options = with_config(no_chance);
    options.prompts_per_mix = per_mix;
    options.prompt_weights = weights;
    const Texts words = {"one", "two", "three", "four"};
    const auto prompts = texts_of(words);
    Out<raygen_result> result;
    refused(
        EXPRESSION(raygen_session_generate(h.session, prompts.data(), 4, &options, &result, error)),
        part);
  };
  says(0, nullptr, "prompts_per_mix is 0; 1 or more was expected");
  says(3, nullptr, "prompts_per_mix is 3; a number that divides the 4 prompts was expected");
  says(5, nullptr, "prompts_per_mix is 5");
  says(SIZE_MAX, nullptr, "prompts_per_mix is 18446744073709551615");
  const double zero[] = {1, 0, 1, 1}, large[] = {1, 1, 1, 1e7}, negative[] = {-1, 1, 1, 1};
  says(2, zero, "prompt_weights[1] is 0; above 0 and at most 1e6 was expected");
  says(4, large, "prompt_weights[3] is 10000000");
  says(1, negative, "prompt_weights[0] is -1");
}

TEST_CASE("every image of a call may have a config of its own, and is what it is alone") {
  Handles h;
  const Texts configs = {
      "maskgit", R"({"preset": "halton", "steps": 7})",
      "steps: 3\nposition_choice: raster\ntoken_choice: top_k\nguidance_scale: 2\n"};
  const Texts prompts = {"effusion", "no finding", "pneumothorax"};
  const auto own = texts_of(configs);
  raygen_options options = with_config(warm);
  options.batch_size = 3;
  options.image_configs = own.data();
  options.image_count = 3;
  const auto together = generate(h, prompts, options);
  REQUIRE(together.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    raygen_options alone = with_config(warm);
    alone.first_image = i;
    alone.image_configs = &own[i];
    alone.image_count = 1;
    const Made image = generate(h, {prompts[i]}, alone)[0];
    CHECK(image == together[i]);
    CHECK(image.settings == together[i].settings);
  }
  CHECK(together[0].steps == 12);
  CHECK(together[1].steps == 7);
  CHECK(together[2].steps == 3);

  const auto texts = texts_of(prompts);
  Out<raygen_result> result;
  options.image_count = 2;
  refused(EXPRESSION(raygen_session_generate(h.session, texts.data(), 3, &options, &result, error)),
          "image_count");
  const Texts broken = {"maskgit", "steps: 0", "halton"};
  const auto wrong = texts_of(broken);
  options.image_configs = wrong.data();
  options.image_count = 3;
  refused(EXPRESSION(raygen_session_generate(h.session, texts.data(), 3, &options, &result, error)),
          "image_configs[1], line 1: steps is '0'; an integer of 1 to 1024 was expected",
          RAYGEN_ERROR_FORMAT);
}
