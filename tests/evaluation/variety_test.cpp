#include "evaluation/variety.hpp"

#include "evaluation/structural_similarity.hpp"
#include "lpips_weights.hpp"
#include "phantom/phantom.hpp"
#include "storage/safetensors.hpp"
#include "temporary_folder.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

struct Portrait {
  std::uint64_t phantom = 0;
  std::string patient, prompt;
};

class Portraits final : public ImageSet {
 public:
  explicit Portraits(std::vector<Portrait> all, int side = 64)
      : all_(std::move(all)), side_(side) {}
  std::size_t size() const override { return all_.size(); }
  Image image(std::size_t i) const override {
    const Phantom phantom = draw_phantom(3, all_.at(i).phantom, 64);
    Image image{side_, side_, 1, phantom.pixels, {}};
    image.pixels.resize(static_cast<std::size_t>(side_ * side_));
    return image;
  }
  std::string name(std::size_t i) const override { return std::to_string(i); }
  std::string group(std::size_t i) const override { return all_.at(i).patient; }
  std::optional<std::string> text(std::size_t i) const override { return all_.at(i).prompt; }
  std::optional<std::vector<std::string>> findings(std::size_t) const override { return {}; }

 private:
  std::vector<Portrait> all_;
  int side_;
};

double similarity(const ImageSet& set, std::size_t a, std::size_t b) {
  const auto pixels = [&](std::size_t i) {
    return at::tensor(set.image(i).pixels, at::kDouble).view({1, 1, 64, 64});
  };
  return ms_ssim(pixels(a), pixels(b), ms_ssim_options(64, 1)).item<double>();
}

Measure variety(const ImageSet& synthetic, const ImageSet& real) {
  const ReportSection section = variety_section(synthetic, real, 100, 1, nullptr);
  REQUIRE(section.measures.size() == 1);
  return section.measures[0];
}

const Portraits nobody_twice({{1, "A", "x"}, {2, "B", "y"}});

}  // namespace

TEST_CASE("Images of one prompt are compared in pairs") {
  const Portraits synthetic({{10, "a", "x"},
                             {11, "b", "y"},
                             {12, "c", "x"},
                             {13, "d", "y"},
                             {14, "e", "y"},
                             {15, "f", "z"}});
  const Measure found = variety(synthetic, nobody_twice);
  CHECK(found.value.value() ==
        Approx((similarity(synthetic, 0, 2) + similarity(synthetic, 1, 3)) / 2));
  CHECK_THAT(found.sentence, Contains("2 pairs."));
  CHECK(found.verdict == Verdict::none);  // no report of two patients to compare with
  CHECK_THAT(found.sentence, Contains("Any two real patients") && Contains("(1 pairs)"));
}

TEST_CASE("Pairs of real images are of different patients, however many images a patient has") {
  const Portraits synthetic({{10, "a", "x"}, {12, "b", "x"}});
  const auto pairs_of = [&](const std::vector<Portrait>& real) {
    return variety(synthetic, Portraits(real)).sentence;
  };
  CHECK_THAT(pairs_of({{1, "A", "x"}, {2, "A", "x"}, {3, "B", "x"}, {4, "B", "x"}}),
             Contains("the very same report") && Contains("(2 pairs)"));
  CHECK_THAT(pairs_of({{1, "A", "x"}, {2, "A", "x"}, {3, "A", "x"}, {4, "B", "x"}}),
             Contains("the very same report") && Contains("(1 pairs)"));
  CHECK_THAT(pairs_of({{1, "A", "x"}, {2, "A", "x"}}), !Contains("the very same report"));
}

TEST_CASE("A generator that draws one picture again and again is told") {
  const Portraits real({{1, "A", "x"}, {2, "B", "x"}, {3, "C", "x"}, {4, "D", "x"}});
  const Portraits equal({{10, "a", "x"}, {10, "b", "x"}});
  const Measure again = variety(equal, real);
  CHECK(again.value.value() == Approx(1));
  CHECK(again.verdict == Verdict::bad);
  CHECK_THAT(again.sentence, Contains("1 pairs are equal to the last pixel"));
  const auto many = [](std::uint64_t first) {
    std::vector<Portrait> portraits;
    for (std::uint64_t i = first; i < first + 20; ++i)
      portraits.push_back({i, std::to_string(i), "x"});
    return Portraits(portraits);
  };
  const Measure honest = variety(many(100), many(200));
  CHECK(honest.verdict == Verdict::good);
  CHECK_THAT(honest.features, Contains("window") && Contains("σ"));
  const Measure of_two_pairs = variety(
      Portraits({{10, "a", "x"}, {11, "b", "x"}, {12, "c", "x"}, {13, "d", "x"}}), many(200));
  CHECK(of_two_pairs.verdict == Verdict::none);
  CHECK_THAT(of_two_pairs.sentence, Contains("A verdict needs 10 pairs of each"));
}

TEST_CASE("Without two images of one prompt, or of 48 pixels, variety is undefined") {
  for (const Portraits& set :
       {Portraits({{10, "a", "x"}, {11, "b", "y"}}), Portraits({{10, "a", ""}, {11, "b", ""}}),
        Portraits({{10, "a", "x"}, {11, "b", "x"}}, 32)}) {
    const Measure found = variety(set, nobody_twice);
    CHECK_FALSE(found.value);
    CHECK(found.verdict == Verdict::undefined);
    CHECK_THAT(found.sentence, Contains("48 pixels"));
  }
}

TEST_CASE("LPIPS of the same pairs stands beside MS-SSIM, and rises with the difference") {
  const TemporaryFolder folder;
  const LpipsParts parts = lpips_weights(kAlex, true);
  TensorMap all = parts.trunk;
  all.insert(parts.heads.begin(), parts.heads.end());
  write_safetensors(folder.path() / "alex", {all.begin(), all.end()});
  const Lpips network(LpipsNetwork::alexnet, {folder.path() / "alex"}, at::kCPU, {});
  const VarietyLpips lpips{network, "lpips_alex, made up"};
  const Portraits real({{1, "A", "x"}, {2, "B", "x"}, {3, "C", "x"}, {4, "D", "x"}}),
      made({{10, "a", "x"}, {11, "b", "x"}}), equal({{10, "a", "x"}, {10, "b", "x"}});
  const auto of = [&](const ImageSet& synthetic) {
    const ReportSection section = variety_section(synthetic, real, 100, 1, nullptr, &lpips);
    REQUIRE(section.measures.size() == 2);
    CHECK(section.measures[0].key == "ms_ssim_within_prompt");
    return section.measures[1];
  };
  const Measure found = of(made);
  CHECK(found.key == "lpips_within_prompt");
  CHECK(found.features == "lpips_alex, made up");
  CHECK(found.value.value() == network.distance(made.image(0), made.image(1)));
  const auto seen = [&](std::size_t i) {
    return at::tensor(made.image(i).pixels, at::kFloat).view({1, 1, 64, 64}) * 2 - 1;
  };
  CHECK(found.value.value() == Approx(network.distance(seen(0), seen(1))[0].item<double>()));
  CHECK(of(equal).value.value() == 0);
  CHECK(of(equal).verdict == Verdict::bad);
  CHECK(of(Portraits({{10, "a", "x"}, {11, "b", "y"}})).verdict == Verdict::undefined);
}
