// Class activation maps in colour on films.

#include "classifier/activation_overlay.hpp"
#include "small_classifier.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace raygen::engine;

namespace {

Image grey_film(std::int64_t width, std::int64_t height) {
  return {width,
          height,
          1,
          std::vector<float>(static_cast<std::size_t>(width * height), 0.5F),
          {{"Description", "Edema."}, {"raygen", "{}"}}};
}

std::array<float, 3> colour(const Image& image, std::int64_t x, std::int64_t y) {
  const auto at = static_cast<std::size_t>((y * image.width + x) * 3);
  return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

constexpr std::array<float, 3> untouched{0.5F, 0.5F, 0.5F};

}  // namespace

TEST_CASE("a map is laid on the part of the film that the classifier saw") {
  ClassifierArchitecture classifier = small_dense_net();
  const auto part = [&] {
    const FilmPart seen = seen_part(120, 80, classifier);
    return std::array{seen.left, seen.top, seen.width, seen.height};
  };
  CHECK(part() == std::array{0.0, 0.0, 120.0, 80.0});
  classifier.resize = ResizeRule::centre_square;
  CHECK(part() == std::array{20.0, 0.0, 80.0, 80.0});
  classifier.resize = ResizeRule::short_side;
  classifier.resolution = 40;
  classifier.short_side = 50;
  CHECK(part() == std::array{28.0, 8.0, 64.0, 64.0});

  const Image overlay =
      activation_overlay(grey_film(120, 80), at::ones({2, 2}, at::kFloat), classifier);
  CHECK(overlay.width == 120);
  CHECK(overlay.height == 80);
  CHECK(overlay.channels == 3);
  CHECK(colour(overlay, 27, 40) == untouched);
  CHECK(colour(overlay, 60, 7) == untouched);
  // Evidence 1: 0.6 of red, 0.4 of the film.
  const auto red = colour(overlay, 28, 8);
  CHECK(red[0] == Approx(0.8));
  CHECK(red[1] == Approx(0.2));
  CHECK(red[2] == Approx(0.2));
  CHECK(colour(overlay, 91, 71) == red);
  CHECK(colour(overlay, 92, 71) == untouched);
}

TEST_CASE("a map's colours are its positive values over the largest, linear between places") {
  const ClassifierArchitecture classifier = small_dense_net();
  const at::Tensor map = at::tensor({-3.0F, 4.0F}).view({1, 2});
  const Image overlay = activation_overlay(grey_film(8, 2), map, classifier);
  // The places' centres are at x = 2 and x = 6, pixels' at x + 0.5.
  for (const std::int64_t x : {0, 1}) CHECK(colour(overlay, x, 1) == untouched);
  for (std::int64_t x = 2; x < 8; ++x) {
    const double e = std::min(1.0, (static_cast<double>(x) - 1.5) / 4);
    const auto seen = colour(overlay, x, 1);
    CHECK(seen[0] == Approx(0.5 + 0.6 * e * (1 - 0.5)));
    CHECK(seen[1] == Approx(0.5 + 0.6 * e * (1 - e - 0.5)));
    CHECK(seen[2] == Approx(0.5 - 0.6 * e * 0.5));
  }
  CHECK(overlay.text == std::map<std::string, std::string>{{"Description", "Edema."}});

  const Image nothing = activation_overlay(grey_film(8, 2), map.clamp_max(0), classifier);
  CHECK(nothing.pixels == std::vector<float>(8 * 2 * 3, 0.5F));
}

TEST_CASE("a film in colour keeps its colours where nothing speaks for a class") {
  Image film{2, 1, 3, {0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F}, {}};
  const Image overlay = activation_overlay(film, at::full({3, 3}, -1.0F), small_dense_net());
  CHECK(overlay.pixels == film.pixels);
}
