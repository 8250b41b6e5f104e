// Images that are too near a training image are drawn again.

#include "generation/near_rejection.hpp"

#include "error.hpp"
#include "generation/editing.hpp"
#include "generation/generator.hpp"
#include "generation/image_settings.hpp"
#include "generation/three_prompts.hpp"
#include "memorisation/made_index.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

nlohmann::json settings_of(const GeneratedImage& made) {
  return nlohmann::json::parse(made.image.text.at("raygen"));
}

at::Tensor row_of(const GeneratedImage& made) {
  return at::tensor(at::ArrayRef<std::int32_t>(made.tokens), at::kInt).to(at::kLong);
}

/// Of a training set that holds the tokens of these images and, instead of their pixels, nothing
/// that is near anything: what agrees with one of them in more than 95 % of its tokens is too near.
std::shared_ptr<const TrainingIndex> index_of(const std::vector<GeneratedImage>& images) {
  MadeIndex made;
  std::vector<at::Tensor> rows;
  for (const GeneratedImage& image : images) rows.push_back(row_of(image));
  const auto count = static_cast<std::int64_t>(images.size());
  made.manifest.tokenizer_sha256 = tokenizer_sha256(*tiny_model());
  made.manifest.images = count;
  made.manifest.grid = 8;
  made.manifest.thresholds = {0.95, 0, 0};
  made.tensors["tokens"] = sixteen_bits(at::stack(rows));
  made.tensors["features"] = at::eye(kThumbnailSize, at::kFloat).narrow(0, 0, count).contiguous();
  made.tensors["ids"] = at::arange(count, at::kByte).unsqueeze(1).expand({count, 32}).contiguous();
  return made.open();
}

}  // namespace

TEST_CASE("An image that is too near is drawn again, and all others stay as they were") {
  const auto before = run(options_with(1, 4));
  // The first and the last, and, of the last, the next attempt, too.
  GenerateOptions second = options_with(1, 4);
  second.attempts = {0, 0, 1};
  const GeneratedImage next = run(second)[2];
  CHECK(next.tokens != before[2].tokens);
  const auto index = index_of({before[0], before[2], next});
  for (const std::int64_t batch_size : {1, 2, 3}) {
    GenerateOptions options = options_with(batch_size, 4);
    options.reject_near = {index};
    std::set<std::uint32_t> attempts_of_last;
    options.progress = [&](const Progress& progress) {
      CHECK(progress.image == progress.image_number);
      if (progress.image_number == 2) attempts_of_last.insert(progress.attempt);
      return true;
    };
    const auto made = run(options);
    CHECK(attempts_of_last == std::set<std::uint32_t>{0, 1, 2});
    const std::vector<std::uint32_t> attempts = {1, 0, 2};
    GenerateOptions alike = options_with(2, 4);  // without the index
    alike.attempts = attempts;
    const auto again = run(alike);
    for (std::size_t i = 0; i < 3; ++i) {
      const nlohmann::json settings = settings_of(made[i]);
      CHECK(settings.value("attempt", 0U) == attempts[i]);
      CHECK(settings.at("seed") == 7);
      CHECK(settings.at("image") == i);
      const nlohmann::json& record = settings.at("reject_near");
      CHECK(record.at("index") == index->digest());
      CHECK(record.at("tries") == attempts[i] + 1);
      CHECK(record.at("agreement") < 0.95);
      CHECK(record.at("thresholds").at("agreement") == 0.95);
      CHECK(record.at("distance") > 0);
      CHECK(record.at("nearest").get<std::string>().size() == 64);
      CHECK(again[i].tokens == made[i].tokens);
      CHECK(again[i].image.pixels == made[i].image.pixels);
      CHECK_FALSE(settings_of(again[i]).contains("reject_near"));
    }
    CHECK(made[1].image.pixels == before[1].image.pixels);
    CHECK_FALSE(settings_of(made[1]).contains("attempt"));
  }
}

TEST_CASE("The settings of an image that was drawn again make it again without the index") {
  const auto before = run(options_with(1, 4), {"effusion"});
  GenerateOptions options = options_with(1, 4);
  options.reject_near = {index_of({before[0], before[0]})};
  const GeneratedImage made = run(options, {"effusion"})[0];
  const ImageSettings settings = read_settings(made.image.text.at("raygen"), "settings");
  CHECK(settings.attempt == 1);
  GenerateOptions alike;
  alike.sampling = settings.sampling;
  alike.seed = settings.key.seed;
  alike.first_image = settings.key.image;
  alike.attempts = {settings.attempt};
  CHECK(run(alike, {"effusion"})[0].image.pixels == made.image.pixels);
  nlohmann::json changed = settings_of(made);
  changed["attempt"] = -1;
  CHECK_THROWS_WITH(read_settings(changed.dump(), "a.png"), Contains("'attempt' is '-1'"));
  changed["attempt"] = std::int64_t{1} << 32;
  CHECK_THROWS_WITH(read_settings(changed.dump(), "a.png"), Contains("at most 4294967295"));
  changed.erase("attempt");
  CHECK(read_settings(changed.dump(), "a.png").attempt == 0);
}

TEST_CASE("An image that stays too near is an error that names it and its scores") {
  GenerateOptions options = options_with(2, 4);
  options.first_image = 40;
  const auto before = run(options);
  MadeIndex made;
  made.manifest.tokenizer_sha256 = tokenizer_sha256(*tiny_model());
  made.manifest.grid = 8;
  made.manifest.thresholds = {1, 1e6, 0};  // everything is near
  made.tensors["tokens"] = sixteen_bits(row_of(before[0]).unsqueeze(0).expand({3, 64}));
  options.reject_near = {made.open(), 3};
  std::set<std::uint32_t> attempts;
  options.progress = [&](const Progress& progress) {
    attempts.insert(progress.attempt);
    return true;
  };
  CHECK_THROWS_WITH(run(options), Contains("image 40 of seed 7 is too near the training image ") &&
                                      Contains("after 3 tries: distance ") &&
                                      Contains("at least 1e+06 was expected"));
  CHECK(attempts == std::set<std::uint32_t>{0, 1, 2});
}

TEST_CASE("Rejections that make no sense are refused before anything is drawn") {
  const auto before = run(options_with(1, 4), {"effusion"});
  const auto index = index_of({before[0], before[0]});
  GenerateOptions options = options_with(1, 4);
  options.reject_near = {index, 0};
  CHECK_THROWS_WITH(run(options), Contains("reject_near.tries is 0"));
  options.reject_near.tries = 5;
  options.attempts = {0};
  CHECK_THROWS_WITH(run(options), Contains("1 attempts were given; 3"));
  options.attempts.clear();
  options.start_tokens = at::zeros({3, 64}, at::kLong);
  options.editable = at::ones({3, 64}, at::kBool);
  CHECK_THROWS_WITH(run(options), Contains("begun with tokens"));
  options.start_tokens = options.editable = at::Tensor();
  const Image film{16, 16, 1, std::vector<float>(256, 0.5F), {}};
  Session session(tiny_model());
  CHECK_THROWS_WITH(vary(session, {film, ""}, 0, prompts, options), Contains("begun with tokens"));
  MadeIndex made;  // of another VQ-GAN
  options.reject_near.index = made.open();
  CHECK_THROWS_WITH(run(options), Contains("the index is of tokens of the VQ-GAN aaaa"));
}
