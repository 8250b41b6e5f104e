// The file of an index: what is read back, and what is refused.

#include "memorisation/training_index.hpp"

#include "error.hpp"
#include "made_index.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

/// 16 × 16 pixels, one of which is white.
Image dot(std::size_t place) {
  Image image{16, 16, 1, std::vector<float>(256, 0.F), {}};
  image.pixels[place] = 1;
  return image;
}

void check_refused(Status status, const std::string& why,
                   const std::function<void(MadeIndex&)>& change) {
  INFO(why);
  MadeIndex made;
  change(made);
  try {
    made.open();
    FAIL("was read");
  } catch (const Error& error) {
    CHECK(error.status() == status);
    CHECK_THAT(error.what(), Contains(why) && Contains("index.safetensors"));
  }
}

void change_json(MadeIndex& made, const std::string& key, const Json& value) {
  Json json = parse_json(to_json(made.manifest), "test");
  json[key] = value;
  made.json = json_text(json);
}

}  // namespace

TEST_CASE("An index is read as it was written, and named by the sum of its file") {
  const TemporaryFolder folder;
  const std::string path = folder.file("index.safetensors");
  MadeIndex made;
  made.write(path);
  const auto index = TrainingIndex::open(path);
  CHECK(to_json(index->manifest()) == to_json(made.manifest));
  std::ifstream file(path, std::ios::binary);
  CHECK(index->digest() == sha256_hex(std::string(std::istreambuf_iterator<char>(file), {})));
  CHECK(index->hash(1) == "0202020202020202020202020202020202020202020202020202020202020202");
  CHECK(index->name(1).empty());
  CHECK_THROWS_WITH(index->hash(3), Contains("row 3 of an index of 3 images"));
}

TEST_CASE("An index of names hashes them for those who only see an image") {
  MadeIndex made;
  made.manifest.named = true;
  made.tensors["ids"] = at::zeros({3, 5}, at::kByte);
  made.tensors["ids"].select(1, 0).fill_('p');
  made.tensors["ids"][2].fill_('q');
  const auto index = made.open();
  CHECK(index->name(0) == "p");
  CHECK(index->name(2) == "qqqqq");
  CHECK(index->hash(2) == hashed_id(made.manifest.salt, "qqqqq"));
  made.tensors["ids"][1][3] = 'r';  // after the end
  CHECK_THROWS_WITH(made.open(), Contains("row 1 of \"ids\" is no name"));
  made.tensors["ids"][1].fill_(0xFF);
  CHECK_THROWS_WITH(made.open(), Contains("row 1 of \"ids\" is no name"));
}

TEST_CASE("An image is near by its tokens, by its pixels, or neither") {
  MadeIndex made;
  made.tensors["features"][0] = thumbnails(grey_pixels(dot(8 * 16 + 8)))[0];
  const auto index = made.open();
  const NearestTraining copy =  // by one token of four; by all pixels
      index->nearest_training(std::vector<std::int32_t>{4, 39, 38, 37}, dot(8 * 16 + 8));
  CHECK(copy.distance == Approx(0).margin(1e-6));
  CHECK(copy.ratio == Approx(0).margin(1e-6));
  CHECK(copy.nearest == 0);
  CHECK(copy.nearest_hash == index->hash(0));
  CHECK(copy.agreement == 0.25);
  CHECK(copy.most_alike == 1);
  CHECK(copy.most_alike_hash == index->hash(1));
  CHECK(copy.too_near);
  const std::vector<std::int32_t> same = {8, 9, 10, 11}, other = {39, 38, 37, 36};
  CHECK(index->nearest_training(same, dot(12 * 16 + 3)).too_near);
  CHECK(index->nearest_training(same, dot(12 * 16 + 3)).agreement == 1);
  CHECK_FALSE(index->nearest_training(other, dot(12 * 16 + 3)).too_near);
  // A step of one pixel is looked for.
  CHECK(index->nearest_training(other, dot(9 * 16 + 7)).distance == Approx(0).margin(1e-6));
  CHECK(index->nearest_training(other, dot(8 * 16 + 11)).distance > 1);
  CHECK_THROWS_WITH(index->nearest_training(std::vector<std::int32_t>{1, 2}, dot(0)),
                    Contains("2 tokens, those of the index 4"));
  CHECK_THROWS_WITH(index->nearest_training(std::vector<std::int32_t>{1, 2, 40, 3}, dot(0)),
                    Contains("token 2 is 40"));
  Image broken = dot(0);
  broken.pixels[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(index->nearest_training(other, broken), Contains("NaN"));
}

TEST_CASE("What is no index is refused by what is wrong with it") {
  const auto refused = check_refused;
  const auto with = [](const std::string& key, const Json& value) {
    return [key, value](MadeIndex& made) { change_json(made, key, value); };
  };
  refused(Status::format, "its format is 'raygen-dataset'", with("format", "raygen-dataset"));
  refused(Status::unsupported, "version is 2", with("version", 2));
  refused(Status::unsupported, "extractor 'resnet'", with("extractor", "resnet"));
  refused(Status::format, "tokenizer_sha256", with("tokenizer_sha256", "abc"));
  refused(Status::format, "salt", with("salt", std::string(64, 'G')));
  refused(Status::format, "images is 1", with("images", 1));
  refused(Status::format, "grid is 99999", with("grid", 99999));
  refused(Status::format, "codebook is 70000", with("codebook", 70000));
  refused(Status::format, "held_out is 0", with("held_out", 0));
  refused(Status::format, "quantile is -1", with("quantile", -1));
  refused(Status::format, "thresholds.agreement is 1.5",
          with("thresholds", {{"agreement", 1.5}, {"distance", 0}, {"ratio", 0}}));
  refused(Status::format, "more", with("more", 1));
  refused(Status::format, "\"tokens\" is no table of UInt16 [5,4]", with("images", 5));
  refused(Status::format, "row 2 of \"tokens\" holds 10", with("codebook", 10));
  refused(Status::format, "JSON", [](MadeIndex& made) { made.json = "{"; });
  refused(Status::format, "there is no tensor \"features\"",
          [](MadeIndex& made) { made.tensors.erase("features"); });
  refused(Status::format, "4 tensors",
          [](MadeIndex& made) { made.tensors["more"] = at::zeros({1}, at::kFloat); });
  refused(Status::format, "\"features\" is no table of Float [3,256]", [](MadeIndex& made) {
    made.tensors["features"] = at::zeros({3, 255}, at::kFloat);
  });
  refused(Status::format, "\"features\" is no table", [](MadeIndex& made) {
    made.tensors["features"] = made.tensors["features"].to(at::kDouble);
  });
  refused(Status::format, "row 1 of \"features\" holds NaN", [](MadeIndex& made) {
    made.tensors["features"][1][9] = std::numeric_limits<float>::infinity();
  });
  refused(Status::format, "\"ids\" is no table of Byte [3,32]", [](MadeIndex& made) {
    made.tensors["ids"] = at::zeros({3, 31}, at::kByte);
  });
}

TEST_CASE("A file with a byte that is another is an index or refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("index.safetensors");
  MadeIndex().write(path);
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  const std::size_t header = bytes.find("}}") + 40;
  std::size_t read = 0, refused = 0;
  for (std::size_t i = 0; i < std::min(bytes.size(), header + 900); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (i % 3 == 0 ? 0x01 : i % 3 == 1 ? 0x40 : 0xFF));
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    try {
      const auto index = TrainingIndex::open(path);
      index->nearest_training(std::vector<std::int32_t>(4), dot(0));
      ++read;
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 300);  // nearly all of the header
  CHECK(read > 100);     // salts, thresholds and features that are other ones
}

TEST_CASE("Other files, and files beyond the limits, are no index") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.safetensors");
  write_safetensors(path, {{"tokens", at::zeros({2}, at::kFloat)}});
  CHECK_THROWS_WITH(TrainingIndex::open(path), Contains("no index of a training set"));
  MadeIndex().write(path);
  Limits limits;
  limits.max_file_bytes = 100;
  CHECK_THROWS_WITH(TrainingIndex::open(path, limits), Contains("100"));
}
