#include "../temporary_folder.hpp"
#include "error.hpp"
#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr int size = 96;
constexpr std::uint64_t seed = 4;

double share(const Image& mask) {
  return static_cast<double>(std::count(mask.pixels.begin(), mask.pixels.end(), 1.0F)) /
         static_cast<double>(mask.pixels.size());
}

/// How much of a finding lies in a region.
double covered(const std::vector<std::uint8_t>& finding, const Image& region) {
  double all = 0, inside = 0;
  for (std::size_t i = 0; i < finding.size(); ++i) {
    if (finding[i] == 0) continue;
    ++all;
    inside += region.pixels[i];
  }
  return inside / std::max(all, 1.0);
}

}  // namespace

TEST_CASE("Regions hold the findings that lie in them") {
  for (std::uint64_t index = 0; index < 60; ++index) {
    const Phantom phantom = draw_phantom(seed, index, size);
    for (std::size_t i = 0; i < phantom.findings.size(); ++i) {
      const PhantomFinding& finding = phantom.findings[i];
      CAPTURE(index, kFindingNames[static_cast<std::size_t>(finding.finding)]);
      if (finding.finding == Finding::fracture) continue;  // at the cavity's wall
      const char* region = finding.finding == Finding::cardiomegaly ? "heart"
                           : finding.side == Side::left             ? "left lung"
                           : finding.side == Side::right            ? "right lung"
                                                                    : "lungs";
      Image place = draw_phantom_region(seed, index, size, false, region);
      // An atelectasis raises the diaphragm: a part of the finding lies where the lung was.
      if (finding.finding == Finding::atelectasis) {
        const Image before = draw_phantom_region(seed, index, size, true, region);
        for (std::size_t p = 0; p < place.pixels.size(); ++p)
          place.pixels[p] = std::max(place.pixels[p], before.pixels[p]);
      }
      CHECK(covered(phantom.masks[i], place) > 0.9);
    }
  }
}

TEST_CASE("Regions are where they are in a chest") {
  const auto region = [](const char* name) {
    return draw_phantom_region(seed, 3, size, /*healthy=*/true, name);
  };
  const Image left = region("left lung"), right = region("right lung"), both = region("lungs");
  for (std::size_t i = 0; i < both.pixels.size(); ++i)
    CHECK(both.pixels[i] == left.pixels[i] + right.pixels[i]);
  const auto middle = [](const Image& mask) {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
      sum += mask.pixels[i] * static_cast<double>(i % size);
      count += mask.pixels[i];
    }
    return sum / count;
  };
  CHECK(middle(right) < middle(region("mediastinum")));
  CHECK(middle(left) > middle(region("heart")));  // the patient's left is on the image's right
  CHECK((share(both) > 0.15 && share(both) < 0.6));
  CHECK((share(region("heart")) > 0.02 && share(region("heart")) < 0.3));
  CHECK_THROWS_WITH(region("spleen"), Contains("no region \"spleen\"") && Contains("left lung"));
}

TEST_CASE("A phantom's image tells its regions, and other images do not") {
  const TemporaryFolder temporary;
  const auto folder = temporary.path() / "phantoms";
  write_phantoms({.seed = seed, .first = 3, .count = 2, .size = size}, folder, {}, nullptr);
  const auto image = folder / "images/P000003.png";
  CHECK(read_phantom_region(image, "heart").pixels ==
        draw_phantom_region(seed, 3, size, false, "heart").pixels);
  CHECK_THROWS_WITH(read_phantom_region(folder / "images/P000009.png", "heart"),
                    Contains("cannot open"));
  std::filesystem::copy_file(image, folder / "images/film.png");
  CHECK_THROWS_WITH(read_phantom_region(folder / "images/film.png", "heart"),
                    Contains("a name such as P000123.png"));
  std::filesystem::copy_file(image, temporary.path() / "P000003.png");
  CHECK_THROWS_WITH(read_phantom_region(temporary.path() / "P000003.png", "heart"),
                    Contains("phantoms.json"));
  std::ofstream(folder / "phantoms.json") << R"({"seed":"x","size":96,"version":1})";
  CHECK_THROWS_WITH(read_phantom_region(image, "heart"), Contains("seed and size"));
}

TEST_CASE("Healthy phantoms are the same patients without findings, in a folder of their own") {
  const TemporaryFolder temporary;
  const auto folder = temporary.path() / "healthy";
  PhantomFolderOptions options{.seed = seed, .first = 0, .count = 4, .size = size, .healthy = true};
  write_phantoms(options, folder, {}, nullptr);
  for (std::uint64_t index = 0; index < 4; ++index) {
    const Phantom healthy = draw_phantom(seed, index, size, {});
    const auto path = folder / ("images/P00000" + std::to_string(index) + ".png");
    const Image written = read_image(path, {});
    for (std::size_t i = 0; i < written.pixels.size(); ++i)
      CHECK(written.pixels[i] == Approx(healthy.pixels[i]).margin(0.5 / 255 + 1e-6));
    CHECK(read_phantom_region(path, "heart").pixels ==
          draw_phantom_region(seed, index, size, true, "heart").pixels);
  }
  options.healthy = false;
  CHECK_THROWS_WITH(write_phantoms(options, folder, {}, nullptr),
                    Contains("choose another folder"));
}
