// What the logits of a step are made of: guidance, mixes of prompts, options for each image.

#include "error.hpp"
#include "generation/generator.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t tokens = 64, codebook = 40;

using Prompts = std::vector<std::string_view>;

GenerateOptions few_steps() {
  GenerateOptions options;
  options.sampling.steps = 5;
  options.seed = 7;
  return options;
}

/// No chance: what differs differs by its logits.
GenerateOptions without_chance() {
  GenerateOptions options = few_steps();
  options.sampling.temperature = 0;
  return options;
}

GenerateOptions mixed(std::vector<double> weights, std::size_t prompts_per_mix = 2) {
  GenerateOptions options = without_chance();
  options.prompts_per_mix = prompts_per_mix;
  options.prompt_weights = std::move(weights);
  return options;
}

std::vector<GeneratedImage> run(const GenerateOptions& options, const Prompts& prompts) {
  Session session(tiny_model());
  return generate(session, prompts, options);
}

void check_same(const GeneratedImage& a, const GeneratedImage& b) {
  CHECK(a.tokens == b.tokens);
  CHECK(a.image.pixels == b.image.pixels);
}

/// The image's tokens after every step.
std::vector<std::vector<std::int32_t>> steps_of(GenerateOptions options, const Prompts& prompts) {
  std::vector<std::vector<std::int32_t>> steps;
  options.progress = [&](const Progress& now) {
    steps.push_back(*now.tokens);
    return true;
  };
  run(options, prompts);
  return steps;
}

/// float [N,V]: of an image that is all mask.
at::Tensor first_logits(Session& session, std::string_view prompt) {
  const at::Tensor positions = at::arange(tokens, at::kLong).unsqueeze(0);
  return session.logits(session.condition(session.encode_text({prompt}).normalized),
                        at::full({1, tokens}, codebook, at::kLong), positions,
                        /*all_masked=*/true, nullptr)[0];
}

}  // namespace

TEST_CASE("At scale 1 there is no guidance, to the last bit and whatever else is asked") {
  const auto plain = run(few_steps(), {"effusion", "no finding"});
  for (const char* const ramp : {"constant", "linear", "cosine"}) {
    for (const std::int64_t first : {0, 4}) {
      GenerateOptions options = few_steps();
      options.sampling.guidance_scale = 1;
      options.sampling.guidance_ramp = ramp;
      options.sampling.guidance_first_step = first;
      options.sampling.negative_prompt = "pneumothorax";
      const auto made = run(options, {"effusion", "no finding"});
      for (std::size_t i = 0; i < 2; ++i) check_same(made[i], plain[i]);
    }
  }
}

TEST_CASE("A prompt that is its own negative prompt cancels out, to the last bit") {
  const auto plain = run(few_steps(), {"effusion"});
  for (const double scale : {0.0, 0.4, 2.5, 100.0}) {
    for (const char* const ramp : {"constant", "linear", "cosine"}) {
      GenerateOptions options = few_steps();
      options.sampling.guidance_scale = scale;
      options.sampling.guidance_ramp = ramp;
      options.sampling.negative_prompt = "effusion";
      check_same(run(options, {"effusion"})[0], plain[0]);
    }
  }
}

TEST_CASE("Guidance changes nothing before its first step, and then it does") {
  GenerateOptions options = few_steps();
  options.sampling.time_grid = "maskgit";  // whose last step draws more than a token
  const auto plain = steps_of(options, {"effusion"});
  REQUIRE(plain.size() == 5);
  options.sampling.guidance_scale = 50;
  for (const char* const ramp : {"constant", "linear", "cosine"}) {
    for (const std::size_t first : {2, 4}) {
      INFO(ramp << " from step " << first);
      options.sampling.guidance_ramp = ramp;
      options.sampling.guidance_first_step = static_cast<std::int64_t>(first);
      const auto made = steps_of(options, {"effusion"});
      REQUIRE(made.size() == 5);
      for (std::size_t step = 0; step < first; ++step) CHECK(made[step] == plain[step]);
      CHECK(made.back() != plain.back());
    }
  }
}

TEST_CASE("A mix of one prompt with itself is that prompt") {
  // The logits differ by a rounding of float32, and nothing here hangs on one.
  const auto plain = run(without_chance(), {"effusion"});
  check_same(run(mixed({0.3, 0.7}), {"effusion", "effusion"})[0], plain[0]);
  check_same(run(mixed({}, 3), {"effusion", "effusion", "effusion"})[0], plain[0]);
}

TEST_CASE("A prompt that counts for next to nothing changes nothing") {
  const auto first = run(without_chance(), {"effusion"})[0],
             second = run(without_chance(), {"no finding"})[0];
  REQUIRE(first.tokens != second.tokens);
  check_same(run(mixed({1 - 1e-6, 1e-6}), {"effusion", "no finding"})[0], first);
  check_same(run(mixed({1e-6, 1 - 1e-6}), {"effusion", "no finding"})[0], second);
  check_same(run(mixed({1e6, 1}), {"effusion", "no finding"})[0], first);
}

TEST_CASE("The logits of a mix are the weighted mean of its prompts' logits") {
  Session session(tiny_model());
  const at::Tensor one = first_logits(session, "effusion"),
                   two = first_logits(session, "no finding");
  for (const auto& [left, right] : {std::pair(1.0, 1.0), {1.0, 3.0}, {0.8, 0.2}}) {
    GenerateOptions options = mixed({left, right});
    options.sampling.steps = 1;
    const at::Tensor mean =
        (one.to(at::kDouble) * left + two.to(at::kDouble) * right) / (left + right);
    const at::Tensor best = mean.argmax(-1).to(at::kInt);
    const std::vector<std::int32_t> expected(best.const_data_ptr<std::int32_t>(),
                                             best.const_data_ptr<std::int32_t>() + tokens);
    CHECK(run(options, {"effusion", "no finding"})[0].tokens == expected);
  }
}

TEST_CASE("Mixes follow each other, several images of each") {
  GenerateOptions options = mixed({0.5, 0.5, 0.9, 0.1});
  options.sampling.temperature = 1;
  options.images_per_prompt = 2;
  options.batch_size = 3;
  const Prompts prompts = {"effusion", "no finding", "pneumothorax", "effusion"};
  const auto made = run(options, prompts);
  REQUIRE(made.size() == 4);
  for (std::size_t mix = 0; mix < 2; ++mix) {
    GenerateOptions own =
        mixed({options.prompt_weights[2 * mix], options.prompt_weights[2 * mix + 1]});
    own.sampling.temperature = 1;
    own.images_per_prompt = 2;
    own.first_image = 2 * mix;
    const auto alone = run(own, {prompts[2 * mix], prompts[2 * mix + 1]});
    for (std::size_t i = 0; i < 2; ++i) check_same(alone[i], made[2 * mix + i]);
  }
}

TEST_CASE("A mix that cannot be is refused, with what was given") {
  const Prompts two = {"effusion", "no finding"}, three = {"effusion", "no finding", "effusion"};
  CHECK_THROWS_WITH(run(mixed({}, 2), three),
                    Contains("prompts_per_mix is 2") && Contains("divides the 3 prompts"));
  CHECK_THROWS_WITH(run(mixed({}, 0), two), Contains("prompts_per_mix is 0"));
  CHECK_THROWS_WITH(run(mixed({1}), two),
                    Contains("1 prompt_weights were given; 2, one a prompt, were expected"));
  for (const auto& [wrong, shown] : {std::pair(0.0, "0"),
                                     {-1.0, "-1"},
                                     {2e6, "2000000"},
                                     {std::numeric_limits<double>::infinity(), "inf"}}) {
    CHECK_THROWS_WITH(
        run(mixed({1, wrong}), two),
        Contains(std::string("prompt_weights[1] is ") + shown + "; above 0 and at most 1e6 was"));
  }
  CHECK_THROWS_WITH(run(mixed({std::nan(""), 1}), two), Contains("prompt_weights[0] is nan"));
}

TEST_CASE("Each image of a batch may have options of its own, and is what it is alone") {
  GenerateOptions options = few_steps();
  options.batch_size = 3;
  options.sampling_of_images.assign(3, {});
  SamplingOptions& maskgit = options.sampling_of_images[0];
  maskgit.steps = 3;
  maskgit.time_grid = "maskgit";
  maskgit.position_choice = "maskgit";
  maskgit.token_choice = "multinomial";
  maskgit.guidance_scale = 2;
  maskgit.guidance_ramp = "linear";
  SamplingOptions& halton = options.sampling_of_images[1];
  halton.steps = 8;
  halton.schedule = "arccos";
  halton.position_choice = "halton";
  halton.halton_roll = true;
  halton.token_choice = "top_p";
  halton.remasking = "cap";
  halton.remasking_strength = 0.5;
  SamplingOptions& entropy = options.sampling_of_images[2];
  entropy.steps = 6;
  entropy.position_choice = "entropy";
  entropy.entropy_bound = 60;
  entropy.negative_prompt = "effusion";
  entropy.guidance_scale = 1.5;
  entropy.guidance_first_step = 1;
  const Prompts prompts = {"effusion", "no finding", "pneumothorax"};
  const auto together = run(options, prompts);
  for (std::size_t i = 0; i < 3; ++i) {
    INFO("image " << i);
    GenerateOptions alone = few_steps();
    alone.sampling = options.sampling_of_images[i];
    alone.first_image = i;
    const auto image = run(alone, {prompts[i]})[0];
    check_same(image, together[i]);
    CHECK(image.steps == together[i].steps);
    CHECK(image.image.text == together[i].image.text);
  }
  CHECK(together[0].steps == 3);
  CHECK(together[1].steps == 8);
  CHECK(together[2].steps <= 6);

  options.sampling_of_images.pop_back();
  CHECK_THROWS_WITH(run(options, prompts),
                    Contains("2 image_configs were given; 3, one an image, were expected"));
}
