// The same seed gives the same tokens whatever else is asked for.

#include "tiny_bundle.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace {

std::vector<std::string> prompts(std::size_t count) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back("finding " + std::to_string(i % 3));
  return result;
}

raygen::Options options_with(std::int32_t batch_size) {
  raygen::Options options;
  options.seed = 7;
  options.sampling.steps = 5;
  options.sampling.temperature = 1.3;
  options.sampling.top_k_threshold = 0.5;
  options.batch_size = batch_size;
  return options;
}

std::vector<float> pixels_of(const raygen::Image& image) {
  return {image.pixels().begin(), image.pixels().end()};
}

float largest_difference(const raygen::Image& a, const raygen::Image& b) {
  REQUIRE(a.pixels().size() == b.pixels().size());
  float largest = 0;
  for (std::size_t i = 0; i < a.pixels().size(); ++i)
    largest = std::max(largest, std::abs(a.pixels()[i] - b.pixels()[i]));
  return largest;
}

}  // namespace

TEST_CASE("batch size and thread count change no token, and no pixel that could be seen") {
  raygen::Generator alone(tiny_model(1));
  const auto expected = alone.generate(prompts(10), options_with(1));
  REQUIRE(expected.size() == 10);
  for (const std::int32_t threads : {1, 2}) {
    for (const std::int32_t batch_size : {1, 3, 8}) {
      raygen::Generator generator(tiny_model(threads));
      const auto got = generator.generate(prompts(10), options_with(batch_size));
      REQUIRE(got.size() == 10);
      for (std::size_t i = 0; i < 10; ++i) {
        INFO("threads " << threads << ", batch size " << batch_size << ", image " << i);
        CHECK(tokens_of(got, i) == tokens_of(expected, i));
        // Convolutions may add in another order on another number of threads; on one number they do
        // not.
        CHECK(largest_difference(got[i], expected[i]) <= (threads == 1 ? 0 : 1e-4F));
      }
    }
  }
}

TEST_CASE("an image made alone is the one made among ten") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = options_with(4);
  options.images_per_prompt = 10;
  const auto among = generator.generate({"effusion"}, options);
  options.images_per_prompt = 1;
  options.first_image = 5;
  const auto alone = generator.generate({"effusion"}, options);
  REQUIRE(alone.size() == 1);
  CHECK(tokens_of(alone, 0) == tokens_of(among, 5));
  CHECK(tokens_of(alone, 0) != tokens_of(among, 4));
}

TEST_CASE("another seed gives other tokens") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = options_with(1);
  const auto first = generator.generate({"effusion"}, options);
  options.seed = 8;
  CHECK(tokens_of(generator.generate({"effusion"}, options), 0) != tokens_of(first, 0));
}

TEST_CASE("four parts driven by hand make what the generator makes") {
  const auto model = tiny_model();
  const raygen::Options options = options_with(1);
  raygen::Generator generator(model);
  const auto expected = generator.generate({"Pneumothorax."}, options);

  raygen::TextEncoder text(model);
  raygen::MaskedDecoder decoder(model);
  raygen::Encoder codec(model);
  auto condition = decoder.condition(text.encode({"Pneumothorax."}));
  raygen::Sampler sampler(model.grid(), options);
  std::int32_t steps = 0;
  while (!sampler.done()) {
    CHECK(sampler.step_index() == steps++);
    sampler.step(decoder.logits(sampler.tokens(), condition, sampler.masked()));
  }
  CHECK(steps == *options.sampling.steps);
  const raygen::Image image = codec.decode(sampler.tokens());
  CHECK(std::vector<std::int32_t>(sampler.tokens().begin(), sampler.tokens().end()) ==
        tokens_of(expected, 0));
  CHECK(pixels_of(image) == pixels_of(expected[0]));
}

TEST_CASE("positions may be chosen in a random order of each image, made alone or with others") {
  const auto model = tiny_model();
  raygen::Options options = options_with(6);
  raygen::Generator generator(model);
  const auto confident = generator.generate({"Pneumothorax."}, options);
  options.sampling.position_choice = "random";
  options.images_per_prompt = 4;
  const auto made = generator.generate({"Pneumothorax."}, options);
  CHECK(tokens_of(made, 0) != tokens_of(confident, 0));
  CHECK(made[0].text("raygen").find("\"position_choice\":\"random\"") != std::string::npos);
  options.images_per_prompt = 1;
  options.first_image = 2;
  CHECK(tokens_of(generator.generate({"Pneumothorax."}, options), 0) == tokens_of(made, 2));
}

TEST_CASE("guidance pushes the prompt's logits away from those of an empty prompt") {
  const auto model = tiny_model();
  raygen::Options options = options_with(2);
  raygen::Generator generator(model);
  const auto plain = generator.generate({"Pneumothorax.", "finding"}, options);
  options.sampling.guidance_scale = 3;
  const auto guided = generator.generate({"Pneumothorax.", "finding"}, options);
  CHECK(tokens_of(guided, 0) != tokens_of(plain, 0));

  SECTION("by hand the same comes out") {
    raygen::TextEncoder text(model);
    raygen::MaskedDecoder decoder(model);
    const auto prompts = decoder.condition(text.encode({"Pneumothorax.", "finding"})),
               empty = decoder.empty_condition(2);
    CHECK(empty.batch() == 2);
    raygen::Sampler sampler(model.grid(), options, 2);
    while (!sampler.done()) {
      auto logits = decoder.logits(sampler.tokens(), prompts, sampler.masked());
      const auto without = decoder.logits(sampler.tokens(), empty, sampler.masked());
      for (std::size_t i = 0; i < logits.size(); ++i)
        logits[i] = without[i] + 3 * (logits[i] - without[i]);
      sampler.step(logits);
    }
    std::vector<std::int32_t> expected = tokens_of(guided, 0);
    for (const std::int32_t token : tokens_of(guided, 1)) expected.push_back(token);
    CHECK(std::vector<std::int32_t>(sampler.tokens().begin(), sampler.tokens().end()) == expected);
  }
  SECTION("the batch does not matter") {
    options.batch_size = 1;
    const auto alone = generator.generate({"Pneumothorax.", "finding"}, options);
    for (std::size_t i = 0; i < 2; ++i) CHECK(tokens_of(alone, i) == tokens_of(guided, i));
  }
  SECTION("at 0 the prompt does not matter") {
    options.sampling.guidance_scale = 0;
    const auto one = generator.generate({"Pneumothorax."}, options),
               other = generator.generate({"Large left pleural effusion."}, options);
    CHECK(tokens_of(one, 0) == tokens_of(other, 0));
  }
}

TEST_CASE("logits of all positions hold those of some") {
  const auto model = tiny_model();
  raygen::TextEncoder text(model);
  raygen::MaskedDecoder decoder(model);
  const auto condition = decoder.condition(text.encode({"one", "two"}));
  REQUIRE(condition.batch() == 2);
  const std::size_t n = model.grid().tokens();
  const auto codes = static_cast<std::size_t>(model.grid().codebook_size);
  const std::vector<std::int32_t> tokens(2 * n, model.grid().codebook_size), positions{3, 9, 0, 63};
  const auto all = decoder.logits(tokens, condition);
  const auto some = decoder.logits(tokens, condition, positions);
  REQUIRE(all.size() == 2 * n * codes);
  REQUIRE(some.size() == positions.size() * codes);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const std::size_t row = i / 2 * n + static_cast<std::size_t>(positions[i]);
    for (std::size_t c = 0; c < codes; ++c)
      CHECK(some[i * codes + c] == Approx(all[row * codes + c]).margin(1e-5));
  }
}

TEST_CASE("progress tells every step, previews end in the image") {
  raygen::Generator generator(tiny_model());
  raygen::Options options = options_with(2);
  options.first_image = 40;
  options.preview = true;
  std::vector<std::vector<float>> last(3);
  std::vector<int> steps(3);
  std::vector<std::vector<std::int32_t>> tokens(3);
  std::vector<std::vector<std::uint8_t>> masked(3);
  options.progress = [&](const raygen::Progress& progress) {
    REQUIRE(progress.image_number < 3);
    CHECK(progress.image_count == 3);
    CHECK(progress.image == 40 + progress.image_number);
    CHECK(progress.steps == 5);
    CHECK(progress.step == ++steps[progress.image_number]);
    CHECK((progress.masked_count == 0) == (progress.step == 5));
    CHECK(progress.masked.size() == progress.tokens.size());
    CHECK(std::count(progress.masked.begin(), progress.masked.end(), 1) ==
          static_cast<std::ptrdiff_t>(progress.masked_count));
    // What is not masked any more stays as it is.
    std::vector<std::int32_t>& before = tokens[progress.image_number];
    std::vector<std::uint8_t>& drawn = masked[progress.image_number];
    for (std::size_t i = 0; i < before.size(); ++i)
      if (drawn[i] == 0) CHECK(before[i] == progress.tokens[i]);
    drawn.assign(progress.masked.begin(), progress.masked.end());
    for (const std::int32_t token : progress.tokens) CHECK((token >= 0 && token < 40));
    REQUIRE(progress.preview != nullptr);
    CHECK(progress.preview->width() == 16);
    last[progress.image_number] = pixels_of(*progress.preview);
    tokens[progress.image_number].assign(progress.tokens.begin(), progress.tokens.end());
    return true;
  };
  const auto images = generator.generate(prompts(3), options);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(steps[i] == 5);
    CHECK(tokens[i] == tokens_of(images, i));
    CHECK(last[i] == pixels_of(images[i]));
  }
}

TEST_CASE("a generated image carries its settings, survives its generation and is written") {
  const TemporaryFolder folder;
  std::vector<raygen::Image> kept;
  {
    raygen::Generator generator(tiny_model());
    auto images = generator.generate({"Moderate left pleural effusion."}, options_with(1));
    kept.push_back(std::move(images[0]));
  }
  CHECK(kept[0].text("Description") == "Moderate left pleural effusion.");
  CHECK(kept[0].text("raygen").find("\"seed\":7") != std::string::npos);
  CHECK(kept[0].text("none").empty());
  kept[0].set_text("Note", "kept");
  kept[0].write_png(folder.file("effusion.png"));
  const auto back = raygen::Image::read(folder.file("effusion.png"));
  CHECK(back.width() == 16);
  CHECK(back.channels() == 3);
  CHECK(back.text("Description") == "Moderate left pleural effusion.");
  CHECK(back.text("Note") == "kept");
  CHECK(back.at(3, 5, 1) == Approx(kept[0].at(3, 5, 1)).margin(0.5 / 255 + 1e-6));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("C++ options have the defaults of the C ABI") {
  raygen_options c;
  raygen_options_init(&c);
  const raygen::Options options;
  CHECK(options.seed == c.seed);
  CHECK(options.first_image == c.first_image);
  CHECK(options.sampling.overrides().empty());
  CHECK(c.config.length == 0);
  CHECK(c.override_count == 0);
  CHECK(options.images_per_prompt == c.images_per_prompt);
  CHECK(options.batch_size == c.batch_size);
  CHECK(options.preview == (c.preview != 0));
  raygen_model_options m;
  raygen_model_options_init(&m);
  const raygen::ModelOptions model;
  CHECK(static_cast<raygen_device>(model.device) == m.device);
  CHECK(model.device_index == m.device_index);
  CHECK(static_cast<raygen_precision>(model.precision) == m.precision);
  CHECK(model.threads == m.threads);
  CHECK(model.verify == (m.verify != 0));
}
