// A synthetic set of phantoms, 5 % of which are training images, against the index of these.

#include "error.hpp"
#include "memorisation/index_builder.hpp"
#include "model/session.hpp"
#include "noise/noise.hpp"
#include "phantom_set.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t training = 300, held_out = 500, honest = 380, leaks = 20;

/// Shifted by one pixel in one of eight directions, with noise of up to ±4 % as lossy compression
/// leaves, in 32 instead of 256 grey values.
std::vector<std::uint8_t> disguised(const std::vector<std::uint8_t>& pixels, std::uint64_t number) {
  std::vector<float> noise(pixels.size());
  uniform_noise(/*seed=*/1, number, 0, 0, noise.data(), noise.size());
  std::vector<std::uint8_t> result = shifted_by_one(pixels, number);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float value = static_cast<float>(result[i]) + (noise[i] - 0.5F) * 20;
    result[i] = static_cast<std::uint8_t>(std::clamp(std::lround(value / 8) * 8, 0L, 255L));
  }
  return result;
}

NearestTraining judged(Session& session, const TrainingIndex& index,
                       const std::vector<std::uint8_t>& pixels) {
  const Image image = picture_of(pixels);
  const at::Tensor tokens = session.encode_image(image).tokens;
  return index.nearest_training({tokens.const_data_ptr<std::int32_t>(), 64}, image);
}

}  // namespace

TEST_CASE("Training images among a synthetic set are found, and others are not") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", training, held_out);
  const auto model = phantom_model();
  const Dataset dataset = Dataset::open(folder.path() / "data");
  const std::string path = folder.file("index.safetensors");
  std::int64_t told = 0;
  IndexOptions options;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    CHECK(total == training + 2 * held_out);
    told = done;
    return true;
  };
  const TrainingIndexManifest manifest = build_index(*model, dataset, path, options);
  CHECK(told == training + 2 * held_out);
  CHECK(manifest.images == training);
  CHECK(manifest.held_out == held_out);
  CHECK(manifest.quantile == 0.001);
  const auto index = TrainingIndex::open(path);
  CHECK(to_json(index->manifest()) == to_json(manifest));
  index->check_model(*model);
  CHECK_THROWS_WITH(index->check_model(*tiny_model()), Contains("tokens of the VQ-GAN"));

  Session session(model);
  std::int64_t found = 0, named = 0, wrong = 0;
  for (std::int64_t i = 0; i < leaks; ++i) {
    const std::int64_t source = i * training / leaks;
    const NearestTraining nearest = judged(session, *index, disguised(phantom_pixels(source), i));
    found += nearest.too_near ? 1 : 0;
    named += nearest.nearest_hash == hashed_id(manifest.salt, phantom_id(source)) ? 1 : 0;
  }
  for (std::int64_t i = 0; i < honest; ++i)
    wrong += judged(session, *index, phantom_pixels(training + held_out + i)).too_near ? 1 : 0;
  INFO("thresholds " << to_json(manifest));
  INFO(found << " of " << leaks << " found, " << wrong << " of " << honest << " others");
  CHECK(found * 100 >= leaks * 95);
  CHECK(named * 100 >= leaks * 95);
  CHECK(wrong * 100 <= honest);
  // A training image itself: nothing is nearer.
  const NearestTraining itself = judged(session, *index, phantom_pixels(17));
  CHECK(itself.agreement == 1);
  CHECK(itself.distance < 1e-6);
  CHECK(itself.ratio < 1e-5);
}

TEST_CASE("An index is the same each time, and names images when asked to") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 4, 3);
  const auto model = phantom_model();
  const Dataset dataset = Dataset::open(folder.path() / "data");
  IndexOptions options;
  for (const char* name : {"a", "b"}) build_index(*model, dataset, folder.file(name), options);
  const auto index = TrainingIndex::open(folder.file("a"));
  CHECK(index->digest() == TrainingIndex::open(folder.file("b"))->digest());
  CHECK(index->hash(2) == hashed_id(index->manifest().salt, "phantom 2"));
  options.named = true;
  options.most_held_out = 2;
  build_index(*model, dataset, folder.file("a"), options);  // replaced
  const auto named = TrainingIndex::open(folder.file("a"));
  CHECK(named->name(3) == "phantom 3");
  CHECK(named->hash(2) == index->hash(2));
  CHECK(named->manifest().held_out == 2);
}

TEST_CASE("An index that cannot be built is not written") {
  const TemporaryFolder folder;
  const auto model = phantom_model();
  write_phantom_set(folder.path() / "data", 4, 2);
  write_phantom_set(folder.path() / "without", 4, 0);
  write_phantom_set(folder.path() / "few", 1, 2);
  const auto refused = [&](const Model& of, const char* data, const IndexOptions& options,
                           const std::string& why) {
    CHECK_THROWS_WITH(
        build_index(of, Dataset::open(folder.path() / data), folder.file("index"), options),
        Contains(why));
    CHECK_FALSE(std::filesystem::exists(folder.file("index")));
  };
  IndexOptions options;
  refused(*tiny_model(), "data", {}, "64 x 64 pixels; 16 x 16");
  refused(*model, "without", {}, "'val' and 'test' hold no image");
  refused(*model, "few", {}, "'train' holds 1 images");
  options.quantile = 1;
  refused(*model, "data", options, "quantile is 1");
  options = {};
  options.most_held_out = 0;
  refused(*model, "data", options, "most_held_out is 0");
  options = {};
  options.progress = [](std::int64_t done, std::int64_t) { return done < 3; };
  refused(*model, "data", options, "stopped after 3 of 8");
  Job job;
  job.cancel();
  options = {};
  options.job = &job;
  refused(*model, "data", options, "cancelled");
}
