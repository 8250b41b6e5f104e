#include "evaluation/set_measures.hpp"

#include "error.hpp"
#include "evaluation/radiomics_distance.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <limits>
#include <set>
#include <string>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

FeatureSet normal_set(std::int64_t n, double mean, double deviation, std::int64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
  FeatureSet set{at::randn({n, 16}, generator, at::kDouble) * deviation + mean, {}};
  // Two images a patient.
  for (std::int64_t i = 0; i < n; ++i)
    set.groups.push_back(std::to_string(seed) + "-" + std::to_string(i / 2));
  return set;
}

const Measure& of(const std::vector<Measure>& measures, const std::string& key) {
  for (const Measure& measure : measures)
    if (measure.key == key) return measure;
  throw std::runtime_error("no measure " + key);
}

}  // namespace

TEST_CASE("A set of the real images' distribution is as good as its floor") {
  const auto measures = set_measures(normal_set(400, 0, 1, 1), normal_set(400, 0, 1, 2),
                                     "normal numbers", {.floor_draws = 8, .extrapolate = true});
  CHECK(measures.size() == 11);
  for (const Measure& measure : measures) {
    CAPTURE(measure.key, measure.sentence);
    REQUIRE(measure.floor);
    CHECK(measure.verdict == Verdict::good);
    CHECK(measure.floor->count == 200);
    CHECK(measure.floor->draws == 8);
    CHECK(measure.real_count == 400);
    CHECK(measure.features == "normal numbers");
  }
}

TEST_CASE("Another mean is seen by distances, a smaller spread by recall, one image by Vendi") {
  const FeatureSet real = normal_set(400, 0, 1, 1);
  const auto moved = set_measures(real, normal_set(400, 0.5, 1, 2), "", {});
  for (const char* key : {"fid", "kid", "cmmd"}) {
    CAPTURE(key);
    CHECK(of(moved, key).verdict == Verdict::weak);
    CHECK(*of(moved, key).at_floor_count > of(moved, key).floor->value);
  }
  const auto narrow = set_measures(real, normal_set(400, 0, 0.4, 2), "", {});
  CHECK(of(narrow, "recall").verdict == Verdict::weak);
  CHECK(of(narrow, "precision").verdict == Verdict::good);
  // Nearly one image, again and again.
  const FeatureSet same{real.features.slice(0, 0, 1) + normal_set(400, 0, 1e-6, 3).features,
                        real.groups};
  CHECK(of(set_measures(real, same, "", {}), "vendi").value.value() == Approx(1));
  CHECK(of(set_measures(real, same, "", {}), "vendi").verdict == Verdict::weak);
}

TEST_CASE("Sets that share images, or repeat them, have no distance") {
  const FeatureSet real = normal_set(400, 0, 1, 1), synthetic = normal_set(400, 0, 1, 2);
  const auto reason = [](const FeatureSet& one, const FeatureSet& other) {
    std::set<std::string> reasons;
    for (const Measure& each : set_measures(one, other, "", {})) {
      CHECK(each.verdict == Verdict::undefined);
      CHECK_FALSE(each.value);
      reasons.insert(each.sentence);
    }
    REQUIRE(reasons.size() == 1);
    return *reasons.begin();
  };
  CHECK(reason(real, real) == "400 of 400 synthetic images have the very numbers of a real one.");
  const auto with = [&](const at::Tensor& rows, std::int64_t count) {
    at::Tensor changed = synthetic.features.clone();
    changed.slice(0, 0, count).copy_(rows.expand({count, 16}));
    return FeatureSet{changed, synthetic.groups};
  };
  CHECK(reason(real, with(real.features.slice(0, 0, 5), 5)) ==
        "5 of 400 synthetic images have the very numbers of a real one.");
  CHECK(of(set_measures(real, with(real.features.slice(0, 0, 4), 4), "", {}), "fid").value);
  CHECK(reason(real, with(at::zeros({1, 16}, at::kDouble), 202)) ==
        "Most synthetic images have equal numbers: 199 of 400 are different.");
  CHECK(of(set_measures(real, with(at::zeros({1, 16}, at::kDouble), 200), "", {}), "fid").value);
  const FeatureSet flat{at::ones({400, 16}, at::kDouble), real.groups};
  CHECK(reason(flat, synthetic) == "Most real images have equal numbers: 1 of 400 are different.");
  CHECK(reason(flat, flat) == "Most real images have equal numbers: 1 of 400 are different.");
}

TEST_CASE("Numbers whose squares cannot be summed are refused") {
  FeatureSet real = normal_set(40, 0, 1, 1), synthetic = normal_set(40, 0, 1, 2);
  synthetic.features[3][2] = 1e200;
  CHECK_THROWS_WITH(set_measures(real, synthetic, "", {}),
                    Contains("1e+200") && Contains("up to 1e+100"));
}

TEST_CASE("Too few images have no number, and the reason") {
  for (const Measure& measure :
       set_measures(normal_set(3, 0, 1, 1), normal_set(40, 0, 1, 2), "", {})) {
    CHECK(!measure.value);
    CHECK(measure.verdict == Verdict::undefined);
    CHECK(measure.sentence == "It needs 20 images a side; there are 3 real and 40 synthetic.");
  }
  for (const Measure& measure :
       set_measures(normal_set(30, 0, 1, 1), normal_set(40, 0, 1, 2), "", {})) {
    CHECK(measure.value);
    CHECK(!measure.floor);
    CHECK(measure.verdict == Verdict::none);
  }
}

TEST_CASE("A large set is compared by as many rows as are allowed") {
  const auto measures =
      set_measures(normal_set(300, 0, 1, 1), normal_set(200, 0, 1, 2), "",
                   {.subset_size = 50, .subsets = 20, .most_rows = 100, .floor_draws = 3});
  CHECK(of(measures, "precision").real_count == 100);
  CHECK(of(measures, "precision").synthetic_count == 100);
  CHECK(of(measures, "fid").real_count == 300);
  CHECK(of(measures, "fid").floor->count == 100);
}

TEST_CASE("A metric that refuses the numbers has no value, and the others have theirs") {
  FeatureSet real = normal_set(60, 0, 1, 1);
  real.features[7].zero_();  // without a direction, which CMMD needs
  const auto measures = set_measures(real, normal_set(60, 0, 1, 2), "", {.floor_draws = 2});
  CHECK(of(measures, "cmmd").verdict == Verdict::undefined);
  CHECK_THAT(of(measures, "cmmd").sentence, Contains("row 7 is zero"));
  CHECK(of(measures, "kid").value);
}

TEST_CASE("Images of one patient have no floor") {
  FeatureSet real = normal_set(60, 0, 1, 1);
  real.groups.assign(60, "the same");
  const auto measures = set_measures(real, normal_set(60, 0, 1, 2), "", {.floor_draws = 2});
  CHECK(of(measures, "kid").value);
  CHECK_FALSE(of(measures, "kid").floor);
}

TEST_CASE("The radiomics distance leaves out images without radiomics, and says so") {
  FeatureSet real = normal_set(90, 0, 1, 1);
  const FeatureSet synthetic = normal_set(80, 0, 1, 2);
  const SetMeasureOptions options{.floor_draws = 3};
  const Measure whole = radiomics_measure(real, synthetic, "radiomics", options);
  CHECK(whole.value.value() ==
        frechet_radiomics_distance(real.features, synthetic.features).squared);
  CHECK(whole.verdict == Verdict::good);
  CHECK(whole.floor->count == 44);
  CHECK_THAT(whole.sentence, Contains("frd-score prints the logarithm") && !Contains("left out"));
  CHECK(radiomics_measure(real, normal_set(80, 1, 1, 2), "", options).verdict == Verdict::weak);

  const Measure some =
      radiomics_measure({at::cat({real.features, at::full({2, 16}, std::nan(""), at::kDouble)}),
                         [&] {
                           auto groups = real.groups;
                           groups.insert(groups.end(), {"x", "y"});
                           return groups;
                         }()},
                        synthetic, "", options);
  CHECK(some.value == whole.value);
  CHECK(some.real_count == 90);
  CHECK_THAT(some.sentence, Contains("2 real and 0 synthetic images were left out"));

  // Nobody has radiomics; no column of the real images' differs.
  const FeatureSet none{at::empty({90, 0}, at::kDouble), real.groups};
  const Measure nothing = radiomics_measure(none, synthetic, "", options);
  CHECK(nothing.verdict == Verdict::undefined);
  CHECK_THAT(nothing.sentence, Contains("0 real") && Contains("90 real and 0 synthetic"));
  real.features = at::ones({90, 16}, at::kDouble);
  CHECK_THAT(radiomics_measure(real, synthetic, "", options).sentence,
             Contains("Most real images have equal numbers"));
}

TEST_CASE("Set measures refuse what is not finite or does not fit") {
  FeatureSet real = normal_set(40, 0, 1, 1);
  const FeatureSet synthetic = normal_set(40, 0, 1, 2);
  CHECK_THROWS_AS(set_measures({real.features, {"one"}}, synthetic, "", {}), Error);
  CHECK_THROWS_AS(set_measures(real, {synthetic.features.slice(1, 0, 8), synthetic.groups}, "", {}),
                  Error);
  CHECK_THROWS_AS(set_measures(real, synthetic, "", {.floor_draws = 1}), Error);
  real.features[3][2] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(set_measures(real, synthetic, "", {}), Error);
}
