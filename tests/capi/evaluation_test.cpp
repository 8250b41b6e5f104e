// The metrics, labels and the evaluation at the door: values, what is undefined, what is refused.

#include "calls.hpp"

#include <raygen/evaluation.hpp>
#include <raygen/tensors.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>

using Catch::Contains;
using Json = nlohmann::json;

namespace {

const std::vector<double> line = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/// The same with another mean.
std::vector<double> moved(double by) {
  std::vector<double> values = line;
  for (double& value : values) value += by;
  return values;
}

raygen::EvaluationOptions with(const std::string& override) {
  raygen::EvaluationOptions options;
  options.overrides = {override};
  return options;
}

}  // namespace

TEST_CASE("a metric of features has the value of its definition") {
  // Of one dimension: the squared difference of the means and of the deviations.
  CHECK(raygen::compare_features("fid", line, moved(3), 1) == Approx(9));
  CHECK(raygen::compare_features("fid", line, line, 1) == Approx(0).margin(1e-9));
  CHECK(raygen::compare_features("precision", line, moved(100), 1, with("neighbours=2")) == 0);
  CHECK(raygen::compare_features("recall", line, moved(0.25), 1, with("neighbours=2")) == 1);
  CHECK(raygen::compare_features("vendi", line, {1, 0, 0, 1}, 2) == Approx(2));
  CHECK(raygen::compare_features("kid", line, moved(9), 1) > 0);
  CHECK(raygen::compare_features("authenticity", line, moved(100), 1) == 1);
  CHECK(raygen::compare_features("authenticity", line, moved(0.25), 1) == 0);
  CHECK(raygen::compare_features("alpha_precision", line, moved(100), 1) <
        raygen::compare_features("alpha_precision", line, moved(0.25), 1));
  CHECK(raygen::compare_features("beta_recall", line, moved(100), 1) == Approx(0).margin(1e-12));
  // Scaled by the deviation of the real numbers, 8.25 of N.
  CHECK(raygen::compare_features("frd", line, moved(3), 1) == Approx(9 / 8.25));
}

TEST_CASE("nearness to training images and radiomics come through the door") {
  CHECK(raygen::nearness("dcr", {0, 1, 4}, {2, 4}, 1) == std::vector<double>{1, 0});
  CHECK(raygen::nearness("nndr", {0, 1, 4}, {2, 4}, 1) == std::vector<double>{0.5, 0});
  CHECK(raygen::nearness("authentic", {0, 1, 4}, {2.5, 9}, 1) == std::vector<double>{1, 1});
  CHECK_THROWS_WITH(raygen::nearness("dcrr", {0, 1}, {2}, 1), Catch::Matchers::Contains("dcr"));
  CHECK_THROWS_AS(raygen::nearness("dcr", {0, 1}, {2, 3, 4}, 2), std::invalid_argument);
  std::vector<float> pixels;
  for (int i = 0; i < 64; ++i) pixels.push_back(static_cast<float>(i % 7) / 10);
  const std::string json = raygen::radiomics(raygen::Image(8, 8, 1, pixels.data()));
  CHECK_THAT(json, Catch::Matchers::Contains("firstorder") && Catch::Matchers::Contains("glcm"));
  pixels.assign(64, 0.5F);
  CHECK_THROWS_AS(raygen::radiomics(raygen::Image(8, 8, 1, pixels.data())), raygen::Error);
}

TEST_CASE("features that cannot be compared are refused with the reason") {
  const auto compare = [](const std::string& metric, const std::vector<double>& real,
                          const std::vector<double>& synthetic, std::size_t width) {
    return raygen::compare_features(metric, real, synthetic, width);
  };
  CHECK_THROWS_WITH(compare("fidd", line, line, 1),
                    Contains("\"fidd\"") && Contains("did you mean fid?"));
  CHECK_THROWS_AS(compare("fid", {}, line, 1), raygen::Error);
  CHECK_THROWS_AS(compare("fid", {1}, line, 1), raygen::Error);  // one row has no spread
  CHECK_THROWS_AS(compare("fid", line, line, 3), std::invalid_argument);
  CHECK_THROWS_AS(compare("fid", {1, NAN}, line, 1), raygen::Error);
  CHECK_THROWS_WITH(raygen::compare_features("fid", line, line, 1, with("neighbors=3")),
                    Contains("neighbours"));
}

TEST_CASE("scores are judged, and what is undefined is NaN") {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8};
  const std::vector<std::uint8_t> labels = {0, 0, 1, 1};
  CHECK(raygen::score_metric("auroc", scores, labels) == 0.75);
  CHECK(raygen::score_metric("average_precision", scores, labels) == Approx(5.0 / 6));
  CHECK(raygen::score_metric("f1", scores, labels, 0.5) == Approx(2.0 / 3));
  CHECK(raygen::score_metric("tpr_at_fpr", scores, labels, 0) == 0.5);
  CHECK(raygen::score_metric("precision_at", scores, labels, 0.35) == Approx(2.0 / 3));
  CHECK(raygen::score_metric("recall_at", scores, labels, 0.5) == 0.5);
  CHECK(std::isnan(raygen::score_metric("precision_at", scores, labels, 2)));
  CHECK(std::isnan(raygen::score_metric("auroc", scores, {0, 0, 0, 0})));
  CHECK_THROWS_AS(raygen::score_metric("auroc", scores, {0, 0, 1, 2}), raygen::Error);
  CHECK_THROWS_AS(raygen::score_metric("auroc", {0, 1, NAN, 2}, labels), raygen::Error);
  CHECK_THROWS_WITH(raygen::score_metric("brier", scores, labels, 0.5), Contains("parameter"));
}

TEST_CASE("an AUROC has an interval from its patients, and a difference has one too") {
  std::vector<double> scores, others;
  std::vector<std::uint8_t> labels;
  std::vector<std::string> patients;
  for (int i = 0; i < 200; ++i) {
    labels.push_back(i % 2);
    scores.push_back((i * 37 % 100) + 40 * (i % 2));
    others.push_back(i * 53 % 100);
    patients.push_back(std::to_string(i / 4));
  }
  const raygen::Estimate found = raygen::auroc(scores, labels, patients);
  CHECK(found.value == raygen::score_metric("auroc", scores, labels));
  CHECK(found.low < found.value);
  CHECK(found.high > found.value);
  CHECK(found.standard_error > 0);
  CHECK(found.draws == 1000);
  const raygen::Estimate more = raygen::auroc(scores, labels, patients, others);
  CHECK(more.value ==
        Approx(found.value - raygen::score_metric("auroc", others, labels)).margin(1e-12));
  CHECK(std::isnan(raygen::auroc({1, 2}, {1, 1}).value));
  CHECK_THROWS_AS(raygen::auroc(scores, labels, {"one"}), std::invalid_argument);
}

TEST_CASE("a classifier's numbers by group, and its gaps, are JSON") {
  raygen::JudgedImages images;
  images.findings = {"Edema", "No Finding"};
  images.thresholds = {90, 50};
  images.no_finding = 1;
  for (int i = 0; i < 400; ++i) {
    const bool woman = i % 2 == 0, ill = i / 2 % 2 == 0;
    images.scores.push_back(i * 37 % 101 + (ill ? (woman ? 60 : 10) : 0));
    images.scores.push_back(i * 53 % 101);
    images.labels.push_back(ill);
    images.labels.push_back(!ill);
    images.groups.push_back(woman ? "F" : "M");
    images.patients.push_back(std::to_string(i / 4) + images.groups.back());
  }
  images.groups[0] = "";  // not known
  images.labels[2] = 255;
  const Json rows = Json::parse(raygen::fairness(images));
  const auto row = [&](const char* measure, const char* group, const Json& minus) {
    for (const Json& each : rows)
      if (each["measure"] == measure && each["group"] == group && each["minus"] == minus &&
          each["finding"].is_null())
        return each;
    FAIL("no " << measure << " of " << group);
    return Json();
  };
  CHECK(row("auroc", "F", nullptr)["value"] > row("auroc", "M", nullptr)["value"]);
  CHECK(row("auroc", "F", nullptr)["images"] == 199);
  CHECK(row("auroc", "F", "M")["low"] > 0);
  CHECK(row("missed", "M", "F")["low"] > 0);
  CHECK(row("underdiagnosis", "M", nullptr)["value"] > 0);
  CHECK(row("auroc", "M", nullptr)["draws"] == 1000);

  const auto few = Json::parse(raygen::fairness(images, with("group_patients=150")));
  CHECK(few[0]["value"].is_null());
  CHECK_THAT(few[0]["left_out"].get<std::string>(), Contains("at least 150"));

  raygen::JudgedImages wrong = images;
  wrong.groups.pop_back();
  CHECK_THROWS_AS(raygen::fairness(wrong), std::invalid_argument);
  wrong = images;
  wrong.scores[3] = NAN;
  CHECK_THROWS_WITH(raygen::fairness(wrong), Contains("No Finding: score 1 is NaN"));
  wrong = images;
  wrong.labels[0] = 2;
  CHECK_THROWS_WITH(raygen::fairness(wrong), Contains("label 0 is 2"));
  wrong = images;
  wrong.no_finding = 2;
  CHECK_THROWS_WITH(raygen::fairness(wrong), Contains("no_finding is 2; -1 to 1"));
  wrong = images;
  wrong.findings[1] = "Edema";
  wrong.no_finding = -1;
  CHECK_THROWS_WITH(raygen::fairness(wrong), Contains("twice"));
}

TEST_CASE("images are compared") {
  std::vector<float> pixels(96 * 96), other;
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<float>(i % 96 * (i / 96) % 97) / 97.0F;
  for (const float value : pixels) other.push_back(0.9F * value);
  const raygen::Image image(96, 96, 1, pixels.data()), darker(96, 96, 1, other.data()),
      small(8, 8, 1, pixels.data());
  CHECK(raygen::similarity("ssim", image, image) == Approx(1));
  CHECK(raygen::similarity("ms_ssim", image, image) == Approx(1));
  CHECK(raygen::similarity("ms_ssim", image, darker) < 1);
  CHECK(std::isinf(raygen::similarity("psnr", image, image)));
  CHECK_THROWS_WITH(raygen::similarity("ssim", image, small), Contains("8 × 8"));
  CHECK_THROWS_AS(raygen::similarity("ms_ssim", small, small), raygen::Error);
}

TEST_CASE("networks of LPIPS are opened by name and files") {
  CHECK_THROWS_WITH(raygen::Lpips::open("squeeze", {"nowhere"}), Contains("stlpips_alex"));
  CHECK_THROWS_WITH(raygen::Lpips::open("lpips_alex", {}), Contains("no files of weights"));
  CHECK_THROWS_WITH(raygen::Lpips::open("lpips_alex", {"nowhere"}), Contains("nowhere"));
  raygen_lpips_free(nullptr);
  // A network of zeros, whose heads see no difference.
  TemporaryFolder folder;
  raygen::Tensors tensors;
  const std::vector<std::array<std::int64_t, 4>> layers = {
      {0, 64, 3, 11}, {3, 192, 64, 5}, {6, 384, 192, 3}, {8, 256, 384, 3}, {10, 256, 256, 3}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto [index, outputs, inputs, side] = layers[i];
    const std::string name = "features." + std::to_string(index);
    const std::vector<float> weights(static_cast<std::size_t>(outputs * inputs * side * side),
                                     0.01F);
    tensors.add(name + ".weight", {outputs, inputs, side, side}, weights);
    tensors.add(name + ".bias", {outputs}, std::vector<float>(static_cast<std::size_t>(outputs)));
    tensors.add("lin" + std::to_string(i) + ".model.1.weight", {1, outputs, 1, 1},
                std::vector<float>(static_cast<std::size_t>(outputs), 1.0F));
  }
  tensors.write((folder.path() / "alex").string());
  const raygen::Lpips lpips =
      raygen::Lpips::open("lpips_alex", {(folder.path() / "alex").string()});
  const std::vector<float> pixels(64 * 64, 0.5F);
  const raygen::Image image(64, 64, 1, pixels.data()), small(16, 16, 1, pixels.data());
  CHECK(lpips.distance(image, image) == 0);
  CHECK_THROWS_WITH(lpips.distance(image, small), Contains("16"));
  CHECK_THROWS_WITH(lpips.distance(small, small), Contains("at least 32"));
}

TEST_CASE("labels are read as JSON, by rules of one's own too") {
  const Json labels =
      Json::parse(raygen::read_labels("Moderate left pleural effusion. No pneumothorax."));
  CHECK(labels["Pleural Effusion"]["state"] == "positive");
  CHECK(labels["Pleural Effusion"]["side"] == "left");
  CHECK(labels["Pleural Effusion"]["severity"] == "moderate");
  CHECK(labels["Pneumothorax"]["state"] == "negative");
  CHECK_FALSE(labels.contains("Fracture"));
  CHECK(raygen::read_labels("Edema.", raygen::label_rules()) == raygen::read_labels("Edema."));
  CHECK_THROWS_AS(raygen::read_labels("Edema.", "nonsense: 1"), raygen::Error);
}

TEST_CASE("an evaluation is refused before anything is read") {
  raygen::EvaluationOptions options;
  CHECK_THROWS_WITH(raygen::evaluate(options), Contains("real is empty"));
  options.config = "{real: nowhere, synthetic: nowhere, out: out}";
  CHECK_THROWS_AS(raygen::evaluate(options), raygen::Error);
  options.config = "{realistic: nowhere}";
  CHECK_THROWS_WITH(raygen::evaluate(options), Contains("realistic") && Contains("real"));
  CHECK_THAT(raygen::evaluation_config(with("seed=9")), Contains("seed: 9"));
}
