#include "evaluation/prompt_cliques.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

class Prompts final : public ImageSet {
 public:
  explicit Prompts(std::vector<std::string> all) : all_(std::move(all)) {}
  std::size_t size() const override { return all_.size(); }
  Image image(std::size_t) const override { return {1, 1, 1, {0}, {}}; }
  std::string name(std::size_t i) const override { return "image " + std::to_string(i); }
  std::string group(std::size_t i) const override { return name(i); }
  std::optional<std::string> text(std::size_t i) const override { return all_.at(i); }
  std::optional<std::vector<std::string>> findings(std::size_t) const override { return {}; }

 private:
  std::vector<std::string> all_;
};

Measure cliques(const std::vector<std::string>& prompts, const std::vector<double>& places) {
  std::vector<std::size_t> all(prompts.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return clique_measure(Prompts(prompts), all, at::tensor(places, at::kDouble).unsqueeze(1), 0.15);
}

}  // namespace

TEST_CASE("Images of one prompt that are all near each other are found, and not a chain of them") {
  // 0, 1 and 2 lie in a chain: only neighbours are near. Of y, three are near each other.
  const Measure found = cliques({"x", "x", "x", "y", "y", "y", "y", "z", "z", "w"},
                                {0, 0.1, 0.2, 5, 5.1, 5.05, 9, 1, 2, 5});
  CHECK(found.value.value() == Approx(2.0 / 3));
  CHECK(found.verdict == Verdict::weak);
  CHECK(found.synthetic_count == 9);
  CHECK_THAT(found.sentence,
             Contains("Of 2 of 3 prompts") && Contains("3 of 4 images of the prompt of image 3"));
}

TEST_CASE("Prompts whose images differ are good, near images of other prompts do not count") {
  const Measure good = cliques({"x", "y", "x", "y"}, {0, 0, 1, 1});
  CHECK(good.value.value() == 0);
  CHECK(good.verdict == Verdict::good);
  const Measure once = cliques({"x", "y", "", ""}, {0, 0, 0, 0});
  CHECK_FALSE(once.value);
  CHECK(once.verdict == Verdict::undefined);
}

TEST_CASE("Of a prompt with very many images, the first are looked at, which is told") {
  const std::vector<std::string> prompts(70, "x");
  std::vector<double> places(70, 3);
  for (std::size_t i = 0; i < 64; ++i) places[i] = static_cast<double>(i);
  const Measure found = cliques(prompts, places);
  CHECK(found.value.value() == 0);
  CHECK(found.synthetic_count == 64);
  CHECK_THAT(found.sentence, Contains("Of 1 prompts only the first 64"));
}
