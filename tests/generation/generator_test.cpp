#include "generation/generator.hpp"

#include "error.hpp"
#include "generation/settings.hpp"
#include "generation/three_prompts.hpp"
#include "storage/sha256.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t tokens = 64, codebook = 40;

void check_same(const GeneratedImage& a, const GeneratedImage& b) {
  CHECK(a.tokens == b.tokens);
  CHECK(a.image.pixels == b.image.pixels);
}

nlohmann::json settings_of(const GeneratedImage& made) {
  for (const auto& [keyword, text] : made.image.text)
    if (keyword == "raygen") return nlohmann::json::parse(text);
  return {};
}

at::Tensor random_tokens(std::int64_t images) {
  return at::randint(0, codebook, {images, tokens}, at::detail::createCPUGenerator(1), at::kLong);
}

}  // namespace

TEST_CASE("An image is the same to the last bit alone and in a batch, with guidance and without") {
  for (const double scale : {1.0, 2.5}) {
    GenerateOptions options = options_with(1);
    options.sampling.guidance_scale = scale;
    const auto alone = run(options);
    REQUIRE(alone.size() == 3);
    for (const std::int64_t batch_size : {2, 3}) {
      options.batch_size = batch_size;
      const auto together = run(options);
      for (std::size_t i = 0; i < 3; ++i) check_same(together[i], alone[i]);
    }
  }
}

TEST_CASE("Guidance pushes away from the negative prompt, else from the empty one") {
  GenerateOptions options = options_with(1);
  options.sampling.guidance_scale = 3;
  const auto from_empty = run(options, {"effusion"})[0];
  options.sampling.negative_prompt = " ";
  check_same(run(options, {"effusion"})[0], from_empty);
  options.sampling.negative_prompt = "pneumothorax";
  const auto from_negative = run(options, {"effusion"})[0];
  CHECK(from_negative.tokens != from_empty.tokens);
  CHECK(settings_of(from_negative).at("negative_prompt") == "pneumothorax");
  options.sampling.guidance_scale = 0;  // nothing but the negative prompt
  const auto nothing_else = run(options, {"effusion"})[0];
  options.sampling.guidance_scale = 1;  // nothing but the prompt
  check_same(run(options, {"pneumothorax"})[0], nothing_else);
  options.sampling.negative_prompt = std::string((64 << 10) + 1, 'a');
  CHECK_THROWS_WITH(run(options, {"effusion"}), Contains("negative_prompt is 65537 bytes"));
}

TEST_CASE("Every image may have a seed and an index of its own") {
  GenerateOptions options = options_with(3);
  options.seeds = {7, 9, 1ULL << 40};
  options.indices = {5, 5, 0};
  const auto made = run(options);
  for (std::size_t i = 0; i < 3; ++i) {
    GenerateOptions one = options_with(1);
    one.seed = options.seeds[i];
    one.first_image = options.indices[i];
    check_same(run(one, {prompts[i]})[0], made[i]);
    CHECK(settings_of(made[i]).at("seed") == options.seeds[i]);
    CHECK(settings_of(made[i]).at("image") == options.indices[i]);
  }
  options.indices.pop_back();
  CHECK_THROWS_WITH(run(options), Contains("2 indices were given; 3, one an image, were expected"));
  options.indices.clear();
  options.seeds.push_back(1);
  CHECK_THROWS_WITH(run(options), Contains("4 seeds were given"));
}

TEST_CASE("Start tokens stay outside of what is editable") {
  GenerateOptions options = options_with(2);  // the last image is a batch of its own
  options.start_tokens = random_tokens(3);
  options.editable = at::zeros({3, tokens}, at::kBool);
  options.editable[0].narrow(0, 10, 20).fill_(true);
  options.editable[1].fill_(true);
  options.editable[2][63].fill_(true);
  const auto made = run(options);
  for (std::int64_t b = 0; b < 3; ++b) {
    const GeneratedImage& image = made[static_cast<std::size_t>(b)];
    const at::Tensor now =
        at::tensor(at::ArrayRef<std::int32_t>(image.tokens), at::kInt).to(at::kLong);
    const at::Tensor kept = options.editable[b].logical_not();
    CHECK(at::equal(now.masked_select(kept), options.start_tokens[b].masked_select(kept)));
    GenerateOptions one = options_with(1);
    one.first_image = static_cast<std::uint64_t>(b);
    one.start_tokens = options.start_tokens.narrow(0, b, 1);
    one.editable = options.editable.narrow(0, b, 1);
    check_same(run(one, {prompts[static_cast<std::size_t>(b)]})[0], image);
  }
  CHECK(made[0].tokens != made[1].tokens);

  // Where all is editable, the start does not matter.
  GenerateOptions plain = options_with(1);
  plain.first_image = 1;
  check_same(run(plain, {prompts[1]})[0], made[1]);
  CHECK_FALSE(settings_of(run(plain, {prompts[1]})[0]).contains("start_tokens_sha256"));

  const auto settings = settings_of(made[2]);
  const at::Tensor row = options.start_tokens[2].to(at::kInt);
  CHECK(settings.at("start_tokens_sha256") ==
        sha256_hex({static_cast<const char*>(row.const_data_ptr()), 4 * tokens}));
  std::string bytes(tokens, '\0');
  bytes.back() = '\1';
  CHECK(settings.at("editable_sha256") == sha256_hex(bytes));
}

TEST_CASE("A start that cannot be is refused before anything is computed") {
  GenerateOptions options = options_with(1);
  options.progress = [](const Progress&) -> bool { throw std::logic_error("a step was made"); };
  options.start_tokens = random_tokens(3);
  CHECK_THROWS_WITH(run(options), Contains("image 0 has no editable position"));
  options.start_tokens[0][0] = codebook;
  options.start_tokens[1][5] = codebook;
  options.start_tokens[2][7] = codebook + 1;
  CHECK_THROWS_WITH(run(options), Contains("start token 7 of image 2 is 41; 0 to 40 was expected"));
  options.start_tokens = random_tokens(2);
  CHECK_THROWS_AS(run(options), Error);
}

TEST_CASE("The last preview is the image") {
  for (const bool preview : {true, false}) {
    GenerateOptions options = options_with(2);
    options.preview = preview;
    std::vector<std::vector<float>> last(3);
    std::vector<std::int64_t> masked(3, tokens);
    options.progress = [&](const Progress& now) {
      CHECK((now.preview != nullptr) == preview);
      if (now.preview != nullptr) last[now.image_number] = now.preview->pixels;
      CHECK(now.masked_count < masked[now.image_number]);
      CHECK(now.masked->size() == tokens);
      CHECK(std::count(now.masked->begin(), now.masked->end(), 1) == now.masked_count);
      masked[now.image_number] = now.masked_count;
      return true;
    };
    const auto made = run(options);
    const auto expected = run(options_with(1));
    for (std::size_t i = 0; i < 3; ++i) {
      check_same(made[i], expected[i]);
      CHECK(masked[i] == 0);
      if (preview) CHECK(last[i] == made[i].image.pixels);
    }
  }
}

TEST_CASE("A callback that says no ends the call") {
  GenerateOptions options = options_with(3);
  options.progress = [](const Progress& now) { return now.step < 2; };
  CHECK_THROWS_WITH(run(options), Contains("asked to stop after step 2 of image 0"));
}
