#include "evaluation/image_set.hpp"

#include "dataset/writer.hpp"
#include "error.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kSetSide = 4;

std::shared_ptr<const Dataset> two_patients(const std::filesystem::path& folder) {
  DatasetWriter writer(folder, {kSetSide, {"Edema"}, 100, {{"source", "test"}}});
  const std::vector<std::uint8_t> dark(kSetSide * kSetSide, 51), light(kSetSide * kSetSide, 255);
  writer.add({"a", "one", Split::train, "PA", {}, "No edema."}, dark);
  writer.add({"b", "two", Split::test, "PA", {"Edema"}, "Edema."}, light);
  writer.add({"c", "two", Split::test, "AP", {}, ""}, dark);
  writer.finish();
  return std::make_shared<const Dataset>(Dataset::open(folder));
}

}  // namespace

TEST_CASE("A split of a dataset is a set of images with reports, findings and patients") {
  const TemporaryFolder folder;
  const auto dataset = two_patients(folder.path() / "data");
  const auto set = images_of_split(dataset, Split::test);
  REQUIRE(set->size() == 2);
  CHECK(set->name(0) == "b");
  CHECK(set->group(0) == "two");
  CHECK(set->group(1) == "two");
  CHECK(set->text(0) == "Edema.");
  CHECK(set->text(1) == "");
  CHECK(set->findings(0) == std::vector<std::string>{"Edema"});
  CHECK(set->findings(1) == std::vector<std::string>{});
  const Image image = set->image(1);
  CHECK(image.width == kSetSide);
  CHECK(image.height == kSetSide);
  CHECK(image.channels == 1);
  CHECK(image.pixels == std::vector<float>(kSetSide * kSetSide, 0.2F));
  CHECK_THROWS_WITH(images_of_split(dataset, Split::val), Contains("no images in its split val"));
}

TEST_CASE("A list of files is a set of images, each of them a group of its own") {
  const TemporaryFolder folder;
  const Image grey{2, 1, 1, {0.2F, 0.4F}, {{"Description", "Edema."}}},
      red{2, 1, 3, {0.6F, 0, 0, 0, 0, 0}, {}};
  write_png(grey, folder.path() / "a.png", 8);
  write_png(red, folder.path() / "b.png", 8);
  const auto set = images_of_list({{folder.path() / "a.png", "a.png", {}},
                                   {folder.path() / "a.png", "again", "No edema."},
                                   {folder.path() / "b.png", "b.png", {}},
                                   {folder.path() / "c.png", "c.png", {}}},
                                  {});
  CHECK(set->size() == 4);
  CHECK(set->name(1) == "again");
  CHECK(set->group(0) != set->group(2));
  CHECK(set->text(0) == "Edema.");     // as `raygen generate` wrote it
  CHECK(set->text(1) == "No edema.");  // the list knows better
  CHECK_FALSE(set->text(2));
  CHECK_FALSE(set->findings(0));
  CHECK(set->image(2).channels == 1);
  CHECK(set->image(2).pixels[0] == Approx(0.2));
  CHECK_THROWS_WITH(set->image(3), Contains("c.png"));
}

TEST_CASE("Equal pictures have equal sums, whatever files they are in") {
  const TemporaryFolder folder;
  const auto of_dataset = images_of_split(two_patients(folder.path() / "data"), Split::test);
  Image image = of_dataset->image(1);
  const std::string sum = content_sha256(image);
  for (const int bits : {8, 16}) {
    image.text["Description"] = std::to_string(bits);
    write_png(image, folder.path() / "a.png", bits);
    CHECK(content_sha256(images_of_list({{folder.path() / "a.png", "a", {}}}, {})->image(0)) ==
          sum);
  }
  Image other = image;
  other.pixels[5] += 1.0F / 255;
  CHECK(content_sha256(other) != sum);
  other = image;
  other.width *= 2, other.height /= 2;
  CHECK(content_sha256(other) != sum);
}
