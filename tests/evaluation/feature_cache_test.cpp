#include "evaluation/feature_cache.hpp"

#include "error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

using namespace raygen::engine;
using Catch::Contains;

namespace {

const std::string one(64, 'a'), other(64, 'b');

}  // namespace

TEST_CASE("Features are found again by their image's content, for the same extractor") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "features.safetensors";
  {
    FeatureCache cache(file, "network", {});
    CHECK(cache.find(one).empty());
    cache.add(one, {1, 2, 3});
    cache.add(other, {4, 5, 6});
    cache.add(one, {7, 8, 9});  // known already
    cache.save();
  }
  const FeatureCache cache(file, "network", {});
  REQUIRE(cache.find(one).size() == 3);
  CHECK(cache.find(one)[2] == 3);
  CHECK(cache.find(other)[0] == 4);
  CHECK(cache.find(std::string(64, 'c')).empty());
  CHECK(FeatureCache(file, "another network", {}).find(one).empty());
}

TEST_CASE("A cache is written when enough is new: the more it holds, the more that is") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "features.safetensors";
  FeatureCache cache(file, "network", {});
  std::size_t written = 0, times = 0;
  for (std::size_t i = 1; i <= 20000; ++i) {
    std::string name = std::to_string(i);
    cache.add(name.insert(0, 64 - name.size(), '0'), {1});
    cache.save_if_grown();
    if (!std::filesystem::exists(file)) continue;
    written += i, ++times;
    CHECK(i >= 512);
    std::filesystem::remove(file);
  }
  CHECK(times > 10);
  CHECK(written < 9 * 20000);
}

TEST_CASE("A cache refuses features that differ in width or are not finite, and other files") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "features.safetensors";
  FeatureCache cache(file, "network", {});
  cache.add(one, {1, 2, 3});
  CHECK_THROWS_AS(cache.add(other, {1, 2}), Error);
  CHECK_THROWS_WITH(cache.add(other, {1, 2, std::numeric_limits<float>::infinity()}),
                    Contains("not all finite") && Contains(other));
  std::ofstream(file) << "something else";
  CHECK_THROWS_AS(FeatureCache(file, "network", {}), Error);
}
