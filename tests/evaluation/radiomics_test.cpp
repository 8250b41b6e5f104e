#include "evaluation/radiomics.hpp"

#include "error.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/radiomics/first_order.hpp"
#include "evaluation/radiomics/glcm.hpp"
#include "evaluation/radiomics/glrlm.hpp"
#include "evaluation/radiomics/glszm.hpp"
#include "evaluation/radiomics/ngtdm.hpp"
#include "evaluation/radiomics/resampling.hpp"
#include "evaluation/radiomics/wavelet.hpp"
#include "evaluation/radiomics_distance.hpp"
#include "feature_sets.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

using namespace raygen::engine;
using Catch::Contains;

namespace {

/// Whole numbers 0..255 that look random, as radiomics_golden.py has them.
std::int64_t noise(std::int64_t place) {
  constexpr std::uint64_t bits = 0xffffffff;
  std::uint64_t x = (static_cast<std::uint64_t>(place) * 2654435761U) & bits;
  x = ((x ^ (x >> 15)) * 2246822519U) & bits;
  return static_cast<std::int64_t>((x ^ (x >> 13)) & 255);
}

using Pixel = std::function<std::int64_t(std::int64_t row, std::int64_t column)>;

at::Tensor image_of(std::int64_t rows, std::int64_t columns, const Pixel& pixel) {
  at::Tensor image = at::empty({rows, columns}, at::kLong);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) image[r][c] = pixel(r, c);
  return image.to(at::kByte);
}

/// The images of radiomics_golden.py.
at::Tensor named_image(const std::string& name) {
  if (name == "smooth")
    return image_of(64, 48, [](std::int64_t r, std::int64_t c) {
      return r * (63 - r) * c * (47 - c) * 255 / (32 * 32 * 24 * 24);
    });
  if (name == "noisy")
    return image_of(48, 40, [](std::int64_t r, std::int64_t c) { return noise(r * 40 + c); });
  if (name == "phantom")
    return image_of(61, 75, [](std::int64_t r, std::int64_t c) {
      const bool disc = (r - 30) * (r - 30) + (c - 40) * (c - 40) < 400;
      return 30 + r + c / 2 + (disc ? 70 : 0) + noise(r * 75 + c) / 32;
    });
  if (name == "small")
    return image_of(12, 15, [](std::int64_t r, std::int64_t c) { return noise(r * 15 + c); });
  REQUIRE(name == "rows");
  return image_of(32, 36, [](std::int64_t r, std::int64_t) { return r * 5 % 83; });
}

double feature(const std::vector<double>& features, const std::string& name) {
  const auto& names = radiomics_names();
  const auto found = std::find(names.begin(), names.end(), name);
  REQUIRE(found != names.end());
  return features[static_cast<std::size_t>(found - names.begin())];
}

GreyLevels levels_of(std::int64_t rows, std::int64_t columns, std::vector<int> levels) {
  const int highest = *std::max_element(levels.begin(), levels.end());
  return {rows, columns, std::move(levels), highest};
}

template <std::size_t N>
double named(const std::array<std::string_view, N>& names, const std::array<double, N>& values,
             std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  REQUIRE(found != names.end());
  return values[static_cast<std::size_t>(found - names.begin())];
}

}  // namespace

TEST_CASE("Radiomics are pyradiomics's, names and all, to 1e-9") {
  std::ifstream file(RAYGEN_TEST_DATA "/radiomics.json");
  const auto golden = nlohmann::json::parse(file);
  const auto names = golden["names"].get<std::vector<std::string>>();
  REQUIRE(radiomics_names() == names);
  REQUIRE(golden["images"].size() == 5);
  for (const auto& [image, expected] : golden["images"].items()) {
    const std::vector<double> features = radiomics_features(named_image(image));
    REQUIRE(features.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      INFO(image << " " << names[i]);
      // Bits that are left of sums that should be 0 are beneath 1e-12.
      CHECK(features[i] == Approx(expected[i].get<double>()).epsilon(1e-9).margin(1e-12));
    }
  }
}

TEST_CASE("Radiomics are of any real type, and of the values' scale only in the diagnostics") {
  const at::Tensor image = named_image("phantom");
  const std::vector<double> bytes = radiomics_features(image);
  CHECK(radiomics_features(image.to(at::kFloat)) == bytes);
  const std::vector<double> doubled = radiomics_features(image.to(at::kFloat) * 2);
  CHECK(feature(doubled, "diagnostics_Image-original_Mean") ==
        Approx(2 * feature(bytes, "diagnostics_Image-original_Mean")));
  CHECK(feature(doubled, "wavelet-HH_glcm_Contrast") == feature(bytes, "wavelet-HH_glcm_Contrast"));
}

TEST_CASE("Radiomics of what has none are errors") {
  CHECK_THROWS_WITH(radiomics_features(at::full({16, 16}, 77, at::kByte)), Contains("77"));
  CHECK_THROWS_WITH(radiomics_features(at::rand({16, 3})), Contains("at least 4"));
  CHECK_THROWS_WITH(radiomics_features(at::rand({1, 16, 16})), Contains("[H,W]"));
  at::Tensor bad = at::rand({16, 16});
  bad[3][4] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(radiomics_features(bad), Contains("NaN"));
  CHECK(radiomics_features(at::rand({4, 4})).size() == 398);
}

TEST_CASE("One grey level has the special values of pyradiomics") {
  const GreyLevels flat = levels_of(3, 4, std::vector<int>(12, 1));
  const auto g = glcm(flat);
  CHECK(named(kGlcmNames, g, "Correlation") == 1);
  CHECK(named(kGlcmNames, g, "Imc1") == 0);
  CHECK(named(kGlcmNames, g, "Imc2") == 0);
  CHECK(named(kGlcmNames, g, "JointEnergy") == 1);
  CHECK(named(kGlcmNames, g, "JointEntropy") == Approx(0).margin(1e-15));
  const auto n = ngtdm(flat);
  CHECK(named(kNgtdmNames, n, "Coarseness") == 1e6);
  for (const char* name : {"Busyness", "Complexity", "Contrast", "Strength"})
    CHECK(named(kNgtdmNames, n, name) == 0);
  CHECK(named(kGlszmNames, glszm(flat), "LargeAreaEmphasis") == 144);
  CHECK(named(kGlszmNames, glszm(flat), "ZonePercentage") == Approx(1.0 / 12));
  // Runs: 3 of 4, 4 of 3, and twice the diagonals, of 1 2 3 3 2 1.
  CHECK(named(kGlrlmNames, glrlm(flat), "RunPercentage") ==
        Approx((3.0 + 4.0 + 6.0 + 6.0) / 12 / 4));
  Plane plane(3, 4);
  plane.values.assign(12, 5.0);
  const auto f = first_order(plane, grey_levels(plane, 5));
  CHECK(named(kFirstOrderNames, f, "Skewness") == 0);
  CHECK(named(kFirstOrderNames, f, "Kurtosis") == 0);
  CHECK(named(kFirstOrderNames, f, "Energy") == Approx(12 * 305.0 * 305));
  CHECK(named(kFirstOrderNames, f, "Uniformity") == 1);
}

TEST_CASE("Zones touch at corners, and neighbouring tones are means of those inside") {
  const GreyLevels image = levels_of(2, 3, {1, 2, 2, 2, 1, 4});
  // Zones: two pixels of 1, three of 2, one of 4.
  CHECK(named(kGlszmNames, glszm(image), "LargeAreaEmphasis") == Approx((4.0 + 9 + 1) / 3));
  // Differences of 1: |1 - 5/3| and |1 - 11/5|; of 2: |2 - 10/5|, |2 - 7/3|, |2 - 4/3|; of 4: 7/3.
  const double ones = 2.0 / 3 + 6.0 / 5, twos = 1.0 / 3 + 2.0 / 3, four = 7.0 / 3;
  CHECK(named(kNgtdmNames, ngtdm(image), "Coarseness") ==
        Approx(1 / (ones * 2 / 6 + twos * 3 / 6 + four / 6)));
}

TEST_CASE("Grey levels begin at a multiple of the width, and their edges belong above") {
  Plane plane(2, 3);
  plane.values = {-7, -5, -5.0000001, 0, 4.999, 12};
  const GreyLevels levels = grey_levels(plane, 5);
  CHECK(levels.levels == std::vector<int>{1, 2, 1, 3, 3, 5});
  CHECK(levels.highest == 5);
}

TEST_CASE("The spline goes through a cubic, and outside of an odd side is 0") {
  Plane ramp(12, 41);
  for (std::int64_t r = 0; r < 12; ++r)
    for (std::int64_t c = 0; c < 41; ++c) ramp.at(r, c) = 3 * static_cast<double>(c);
  const Plane half = at_twice_the_spacing(ramp);
  CHECK(half.rows == 6);
  CHECK(half.columns == 21);
  CHECK(half.at(3, 10) == Approx(3 * 20.5).epsilon(1e-5));
  CHECK(half.at(3, 20) == 0);
}

TEST_CASE("The wavelet's low pass keeps a constant, times 2, and the others remove it") {
  Plane plane(7, 8);
  plane.values.assign(56, 3.0);
  const Subbands bands = stationary_wavelet(plane);
  CHECK(bands.ll.at(6, 3) == Approx(6));
  CHECK(bands.lh.at(0, 7) == Approx(0).margin(1e-12));
  CHECK(bands.hl.at(6, 0) == Approx(0).margin(1e-12));
  CHECK(bands.hh.at(3, 3) == Approx(0).margin(1e-12));
}

// Golden values: frd-score 1.0.1, which has float32 until the covariances, and SciPy's matrix root.

TEST_CASE("The Frechet radiomics distance is frd-score's, to 1e-5") {
  const at::Tensor real = feature_set(60, 8, 0, 0), synthetic = feature_set(50, 8, 0.4, 0.2);
  const RadiomicsDistance distance = frechet_radiomics_distance(real, synthetic);
  CHECK(distance.squared == Approx(0.46584825613824066).epsilon(1e-5));
  CHECK(distance.logarithm == Approx(-0.7638953284902825).epsilon(1e-5));
  CHECK(distance.real == 60);
  CHECK(distance.synthetic == 50);
  CHECK(distance.dropped_columns.empty());
}

TEST_CASE("Images with NaN are left out, columns that cannot be compared are dropped and named") {
  const at::Tensor real = feature_set(60, 8, 0, 0), synthetic = feature_set(50, 8, 0.4, 0.2);
  real.select(1, 3).fill_(2.0);
  synthetic.select(1, 5).fill_(std::numeric_limits<double>::infinity());
  real[7][1] = std::numeric_limits<double>::quiet_NaN();
  synthetic[2][4] = synthetic[9][4] = std::numeric_limits<double>::quiet_NaN();
  const RadiomicsDistance distance = frechet_radiomics_distance(real, synthetic);
  CHECK(distance.squared == Approx(0.43370083937295156).epsilon(1e-5));
  CHECK(distance.real == 59);
  CHECK(distance.synthetic == 48);
  CHECK(distance.dropped_columns == std::vector<std::int64_t>{3, 5});
}

TEST_CASE("A column that is constant but for the last bits of float64 is a constant one") {
  const at::Tensor real = feature_set(20, 4, 0, 0), synthetic = feature_set(20, 4, 0.4, 0.2);
  real.select(1, 2).copy_(at::full({20}, 0.1, at::kDouble) + at::arange(20, at::kDouble) * 1e-17);
  CHECK(frechet_radiomics_distance(real, synthetic).dropped_columns ==
        std::vector<std::int64_t>{2});
  CHECK_THROWS_WITH(frechet_radiomics_distance(at::ones({5, 3}), at::ones({5, 3})),
                    Contains("no column of the 3"));
  CHECK_THROWS_WITH(frechet_radiomics_distance(real, synthetic.narrow(1, 0, 3)),
                    Contains("4 columns") && Contains("3"));
  CHECK_THROWS_WITH(frechet_radiomics_distance(real.narrow(0, 0, 1), synthetic),
                    Contains("real") && Contains("at least 2"));
  CHECK_THROWS_WITH(frechet_radiomics_distance(real[0], synthetic), Contains("[N,d]"));
}
