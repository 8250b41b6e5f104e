// Groups and truths of sets of images.

#include "evaluation/fairness_sets.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

struct Person {
  Subject subject;
  std::optional<std::vector<std::string>> findings;
  std::optional<std::string> text;
};

/// Images that are never looked at.
class People final : public ImageSet {
 public:
  explicit People(std::vector<Person> people) : people_(std::move(people)) {}
  std::size_t size() const override { return people_.size(); }
  Image image(std::size_t) const override { return {}; }
  std::string name(std::size_t i) const override { return std::to_string(i); }
  std::string group(std::size_t i) const override { return std::to_string(i); }
  std::optional<std::string> text(std::size_t i) const override { return people_.at(i).text; }
  std::optional<std::vector<std::string>> findings(std::size_t i) const override {
    return people_.at(i).findings;
  }
  Subject subject(std::size_t i) const override { return people_.at(i).subject; }

 private:
  std::vector<Person> people_;
};

using Truths = std::vector<std::uint8_t>;
using Strings = std::vector<std::string>;

const People some({{{"F", 19.9, "PA"}, Strings{"Effusion"}, "Small left pleural effusion."},
                   {{"M", 20, ""}, Strings{}, "No acute cardiopulmonary process."},
                   {{"", {}, "AP"}, Strings{"Edema", "Effusion"}, "Possible pleural effusion."},
                   {{"F", 80, "AP"}, Strings{"Edema"}, {}}});
const at::Tensor logits =
    at::tensor({1.0, -1.0, -2.0, -1.0, 3.0, 2.0, -4.0, -5.0}, at::kDouble).view({4, 2});
const std::vector<JudgedClass> classes{{"Pleural Effusion", 0.0}, {"Edema", 0.0}};

}  // namespace

TEST_CASE("Bands of age") {
  CHECK(age_band({}).empty());
  CHECK(age_band(0) == "0–19");
  CHECK(age_band(19.9) == "0–19");
  CHECK(age_band(20) == "20–39");
  CHECK(age_band(59.5) == "40–59");
  CHECK(age_band(79.9) == "60–79");
  CHECK(age_band(80) == "80+");
}

TEST_CASE("Images are grouped by what is known of them") {
  const std::vector<Grouping> groupings = groupings_of(some);
  REQUIRE(groupings.size() == 3);
  CHECK(groupings[0].name == "sex");
  CHECK(groupings[0].groups == Strings{"F", "M", "", "F"});
  CHECK(groupings[1].groups == Strings{"0–19", "20–39", "", "80+"});
  CHECK(groupings[2].groups == Strings{"PA", "", "AP", "AP"});
  const People views(std::vector<Person>{{{"", {}, "PA"}, {}, {}}});
  REQUIRE(groupings_of(views).size() == 1);
  CHECK(groupings_of(views)[0].name == "view");
  CHECK(groupings_of(People(std::vector<Person>(1))).empty());
}

TEST_CASE("The truth is what records name, by the class's name or its observation") {
  const JudgedImages judged = judged_images(some, logits, classes, {"Edema", "Effusion", "Hernia"});
  REQUIRE(judged.findings.size() == 2);
  CHECK(judged.findings[0].name == "Pleural Effusion");
  CHECK(judged.findings[0].labels == Truths{1, 0, 1, 0});
  CHECK(judged.findings[0].scores == std::vector<double>{1, -2, 3, -4});
  CHECK(judged.findings[1].labels == Truths{0, 0, 1, 1});
  REQUIRE(judged.no_finding);  // seen: neither reaches its threshold
  CHECK(judged.no_finding->labels == Truths{0, 1, 0, 0});
  CHECK(judged.no_finding->scores == std::vector<double>{0, 1, 0, 1});
  CHECK(judged.no_finding->threshold == 0.5);

  const JudgedImages fewer = judged_images(some, logits, classes, {"Edema"});
  REQUIRE(fewer.findings.size() == 1);
  CHECK(fewer.findings[0].name == "Edema");
}

TEST_CASE("Without labels the truth is what the texts say") {
  const JudgedImages judged = judged_images(some, logits, classes, {});
  CHECK(judged.findings[0].labels == Truths{1, 0, not_labelled, not_labelled});
  CHECK(judged.findings[1].labels == Truths{0, 0, 0, not_labelled});
  CHECK(judged.no_finding->labels == Truths{0, 1, not_labelled, not_labelled});
}

TEST_CASE("A class No Finding says itself who is healthy") {
  const std::vector<JudgedClass> two{{"Edema", 0.0}, {"No Finding", -1.5}};
  const JudgedImages judged = judged_images(some, logits, two, {"Edema", "Effusion"});
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.no_finding->scores == std::vector<double>{-1, -1, 2, -5});
  CHECK(judged.no_finding->threshold == -1.5);
  CHECK(judged.no_finding->labels == Truths{0, 1, 0, 0});
}

TEST_CASE("A class without a threshold gets that of the best F1") {
  const auto found = with_thresholds({{"Pleural Effusion", {}}, {"Edema", 7.0}, {"Other", {}}},
                                     some, at::cat({logits, logits.select(1, 0).unsqueeze(1)}, 1),
                                     {"Edema", "Effusion"});
  CHECK(found[0].threshold == 1);  // 1 and 3 are above it, as those with an effusion are
  CHECK(found[1].threshold == 7);
  CHECK_FALSE(found[2].threshold);
}

TEST_CASE("A set of which nothing is known says so") {
  const FairnessOfSet unknown = fairness_of_set("synthetic", "synthetic images",
                                                People(std::vector<Person>{{{}, {}, "Edema."}}),
                                                logits.slice(0, 0, 1), classes, {}, {});
  CHECK(unknown.groupings.empty());
  CHECK_THAT(unknown.absent, Catch::Contains("Neither sex nor age nor view"));
  const FairnessOfSet other = fairness_of_set("real", "real images", some, logits,
                                              {{"Tumbling", 0.0}, {"Hernia", 0.0}}, {"Edema"}, {});
  CHECK_THAT(other.absent, Catch::Contains("No class"));
  const FairnessOfSet few =
      fairness_of_set("real", "real images", some, logits, classes, {"Edema", "Effusion"}, {});
  REQUIRE(few.groupings.size() == 3);
  CHECK_FALSE(few.groupings[0].gaps.mean_auroc);
}
