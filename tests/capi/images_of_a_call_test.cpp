// Seeds, indices and tokens to start from, an entry for each image of a call.

#include "calls.hpp"

#include <algorithm>

namespace {

constexpr std::size_t n = 64;
constexpr std::int32_t mask = 40;

raygen::Options few_steps() {
  raygen::Options options;
  options.sampling.steps = 3;
  return options;
}

}  // namespace

TEST_CASE("every image of a call may have a seed and an index of its own") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = few_steps();
  options.batch_size = 3;
  options.seeds = {5, 9, 5};
  options.indices = {100, 7, 8};
  std::vector<std::uint64_t> told;
  options.progress = [&](const raygen::Progress& now) {
    if (now.step == 1) told.push_back(now.image);
    return true;
  };
  const auto together = generator.generate({"one", "two", "one"}, options);
  CHECK(told == options.indices);
  const std::vector<std::string> prompts{"one", "two", "one"};
  for (std::size_t i = 0; i < 3; ++i) {
    raygen::Options alone = few_steps();
    alone.seed = options.seeds[i];
    alone.first_image = options.indices[i];
    const auto image = generator.generate({prompts[i]}, alone);
    CHECK(tokens_of(image, 0) == tokens_of(together, i));
    CHECK(image[0].text("raygen") == together[i].text("raygen"));
  }
}

TEST_CASE("tokens that are given are kept, and only the others are drawn") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  raygen::Options options = few_steps();
  options.start_tokens.assign(n, mask);
  for (std::size_t i = 0; i < n; i += 2)
    options.start_tokens[i] = static_cast<std::int32_t>(i % 40);
  const auto tokens = tokens_of(generator.generate({"effusion"}, options), 0);
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 2 == 0) CHECK(tokens[i] == options.start_tokens[i]);
    CHECK((tokens[i] >= 0 && tokens[i] < mask));
  }
  CHECK(generator.generate({"effusion"}, options)[0].text("raygen") ==
        raygen::resolve(model, options, "effusion"));

  SECTION("by hand the same comes out") {
    raygen::TextEncoder text(model);
    raygen::MaskedDecoder decoder(model);
    const auto condition = decoder.condition(text.encode({"effusion"}));
    raygen::Sampler sampler(model.grid(), options);
    while (!sampler.done())
      sampler.step(decoder.logits(sampler.tokens(), condition, sampler.masked()));
    CHECK(std::vector<std::int32_t>(sampler.tokens().begin(), sampler.tokens().end()) == tokens);
  }
  SECTION("a position that is editable is drawn whatever token stands there") {
    options.editable.assign(n, 0);
    for (std::size_t i = 1; i < n; i += 2) options.editable[i] = 1;
    std::fill(options.start_tokens.begin() + 1, options.start_tokens.begin() + 2, 3);
    CHECK(tokens_of(generator.generate({"effusion"}, options), 0) == tokens);
  }
}

TEST_CASE("arrays that do not fit are refused before they are read") {
  Handles h;
  const std::vector<std::uint64_t> numbers(4);
  const std::vector<std::int32_t> start(n, mask), wrong(n, 41), kept(n, 0);
  const std::vector<std::uint8_t> none(n, 0), two(n, 2);
  const auto refuse = [&](const auto& change, const std::string& part) {
    raygen_options options;
    raygen_options_init(&options);
    change(options);
    Out<raygen_result> result;
    refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &options, &result, error)),
            part);
    Out<raygen_sampler> sampler;
    refused(EXPRESSION(raygen_sampler_create(8, 8, 40, 1, &options, &sampler, error)), part);
  };
  refuse([&](raygen_options& o) { o.seeds = numbers.data(); }, "image_count is 0");
  refuse([&](raygen_options& o) { o.image_count = 2; }, "image_count is 2");
  refuse(
      [&](raygen_options& o) {
        o.indices = numbers.data();
        o.image_count = SIZE_MAX;
      },
      "image_count is 18446744073709551615");
  const auto one = [&](const std::int32_t* tokens, const std::uint8_t* editable) {
    return [=](raygen_options& o) {
      o.image_count = 1;
      o.start_tokens = tokens;
      o.editable = editable;
    };
  };
  refuse(one(wrong.data(), nullptr), "start token 0 of row 0 is 41");
  refuse(one(nullptr, two.data()), "editable[0] is 2");
  refuse(one(start.data(), none.data()), "not editable");
  refuse(one(kept.data(), nullptr), "no editable position");
  refuse(one(reinterpret_cast<const std::int32_t*>(reinterpret_cast<const char*>(start.data()) + 2),
             nullptr),
         "start_tokens is at an address");
  raygen_options many;
  raygen_options_init(&many);
  many.seeds = numbers.data();
  many.images_per_prompt = INT32_MAX;
  many.image_count = INT32_MAX;
  Out<raygen_result> result;
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &many, &result, error)),
          "2147483647", RAYGEN_ERROR_LIMIT);
  char* settings = nullptr;
  refused(EXPRESSION(raygen_config_resolve(h.model, &many, nullptr, 0, &settings, error)),
          "image_count is 2147483647", RAYGEN_ERROR_LIMIT);
  refused(EXPRESSION(raygen_session_encode_text(h.session, &h.prompt, SIZE_MAX, nullptr, error)),
          "embedding is NULL");
  Out<raygen_embedding> embedding;
  refused(EXPRESSION(raygen_session_encode_text(h.session, &h.prompt, SIZE_MAX, &embedding, error)),
          "18446744073709551615 prompts", RAYGEN_ERROR_LIMIT);
}

TEST_CASE("C++ arrays of different lengths are refused") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = few_steps();
  options.seeds = {1, 2};
  options.indices = {1};
  CHECK(status_of([&] { generator.generate({"one"}, options); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
  options.indices.clear();
  CHECK(status_of([&] { generator.generate({"one"}, options); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
  options.seeds.clear();
  options.start_tokens.assign(n - 1, mask);
  CHECK(status_of([&] { generator.generate({"one"}, options); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("each image of a call may be sampled in its own way") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  raygen::Sampling short_run, entropy;
  short_run.steps = 2;
  entropy.preset = "entropy";
  entropy.steps = 5;
  entropy.entropy_bound = 3;
  raygen::Options options;
  options.sampling.steps = 4;
  options.seed = 3;
  options.batch_size = 3;
  options.image_configs = {short_run.config(), "", entropy.config()};
  options.indices = {7, 7, 9};
  std::vector<std::int32_t> last(3);
  options.progress = [&](const raygen::Progress& now) {
    last[now.image_number] = now.step;
    return true;
  };
  const raygen::Generation together = generator.generate({"one", "one", "two"}, options);
  for (std::size_t i = 0; i < 3; ++i) {
    INFO("image " << i);
    raygen::Options alone;
    alone.sampling.steps = 4;
    alone.seed = 3;
    alone.image_configs = {options.image_configs[i]};
    alone.indices = {options.indices[i]};
    const raygen::Generation single = generator.generate({i == 2 ? "two" : "one"}, alone);
    CHECK(std::equal(single.tokens(0).begin(), single.tokens(0).end(), together.tokens(i).begin()));
    CHECK(single[0].text("raygen") == together[i].text("raygen"));
    CHECK(raygen::resolve(model, alone, i == 2 ? "two" : "one") == together[i].text("raygen"));
    CHECK(together.steps(i) == last[i]);
    CHECK(single.steps(0) == last[i]);
  }
  CHECK(together.steps(0) == 2);
  CHECK(together.steps(1) == 4);
  CHECK(together.steps(2) <= 5);
  CHECK_FALSE(
      std::equal(together.tokens(0).begin(), together.tokens(0).end(), together.tokens(1).begin()));

  options.image_configs = {"steps: 2", "steps: 3"};
  CHECK_THROWS_AS(generator.generate({"one", "one", "two"}, options), raygen::Error);
  options.image_configs = {"steps: 2", "steps: 3", "stesp: 3"};
  CHECK_THROWS_WITH(generator.generate({"one", "one", "two"}, options),
                    Catch::Contains("image_configs[2]") && Catch::Contains("steps"));
}

TEST_CASE("prompts are mixed by weight") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  raygen::Options options;
  options.sampling.steps = 3;
  options.sampling.temperature = 0;
  options.sampling.guidance_scale = 50;  // so that random weights listen to their prompt
  const auto tokens = [&](const std::vector<std::string>& prompts) {
    const raygen::Generation made = generator.generate(prompts, options);
    CHECK(made.size() == prompts.size() / options.prompts_per_mix);
    CHECK(raygen::resolve(model, options, prompts) == made[0].text("raygen"));
    return std::vector<std::int32_t>(made.tokens(0).begin(), made.tokens(0).end());
  };
  const auto one = tokens({"left effusion"}), two = tokens({"cardiomegaly"});
  REQUIRE(one != two);
  options.prompts_per_mix = 2;
  options.prompt_weights = {1e6, 1e-6};
  CHECK(tokens({"left effusion", "cardiomegaly"}) == one);
  options.prompt_weights = {1e-6, 1e6};
  CHECK(tokens({"left effusion", "cardiomegaly"}) == two);
  options.prompt_weights = {};
  const raygen::Image mixed = generator.generate({"left effusion", "cardiomegaly"}, options)[0];
  CHECK(mixed.text("Description") == "0.5 x left effusion + 0.5 x cardiomegaly");
  CHECK_THAT(mixed.text("raygen"),
             Catch::Contains(R"("prompts":[{"prompt":"left effusion","weight":0.5},)"));

  CHECK_THROWS_WITH(generator.generate({"one"}, options), Catch::Contains("prompts_per_mix is 2"));
  options.prompt_weights = {1, 0};
  CHECK_THROWS_WITH(generator.generate({"one", "two"}, options),
                    Catch::Contains("prompt_weights[1] is 0"));
  options.prompt_weights = {1};
  CHECK_THROWS_WITH(generator.generate({"one", "two"}, options),
                    Catch::Contains("prompt_weights has 1"));
}
