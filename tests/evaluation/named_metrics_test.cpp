#include "evaluation/named_metrics.hpp"

#include "error.hpp"
#include "evaluation/alpha_precision.hpp"
#include "evaluation/config.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/kernel_distances.hpp"
#include "evaluation/neighbours.hpp"
#include "evaluation/radiomics.hpp"
#include "evaluation/radiomics_distance.hpp"
#include "evaluation/structural_similarity.hpp"
#include "evaluation/vendi.hpp"
#include "feature_sets.hpp"
#include "memorisation/copy_scores.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

/// Grey steps along the rows, moved by `by`.
Image steps(std::int64_t side, std::int64_t channels, float by) {
  Image image{side, side, channels, {}, {}};
  for (std::int64_t i = 0; i < side * side * channels; ++i)
    image.pixels.push_back(static_cast<float>(i % 7) / 10 + by);
  return image;
}

}  // namespace

TEST_CASE("Every nearness has the value of the function that it names") {
  const at::Tensor training = feature_set(60, 5, 0, 0).sigmoid(),
                   made = feature_set(50, 5, 2, 0.3).sigmoid();
  CHECK(nearness_metric_names().size() == 5);
  for (const std::string& name : nearness_metric_names())
    CHECK(nearness_metric(name, training, made).sizes() == at::IntArrayRef({50}));
  CHECK(at::equal(nearness_metric("dcr", training, made), distance_to_closest(made, training)));
  CHECK(at::equal(nearness_metric("nndr", training, made), distance_ratio(made, training)));
  CHECK(at::equal(nearness_metric("authentic", training, made),
                  authentic(made, training).to(at::kDouble)));
  CHECK(at::equal(nearness_metric("carlini_ratio", training, made), carlini_ratio(made, training)));
  CHECK(at::equal(nearness_metric("rms", training, made), nearest_rms(made, training)));
  CHECK_THROWS_WITH(nearness_metric("drc", training, made), Contains("did you mean dcr"));
}

TEST_CASE("An image's radiomics have their names, in their order") {
  Image image = steps(12, 3, 0.1F);
  const nlohmann::ordered_json json = nlohmann::ordered_json::parse(radiomics_json(image));
  REQUIRE(json.size() == radiomics_names().size());
  const at::Tensor greys = at::tensor(image.pixels, at::kDouble).view({12, 12, 3}).mean(2) * 255;
  const std::vector<double> values = radiomics_features(greys);
  std::size_t i = 0;
  for (const auto& [name, value] : json.items()) {
    CHECK(name == radiomics_names()[i]);
    if (std::isfinite(values[i])) CHECK(value.get<double>() == Approx(values[i]));
    ++i;
  }
}

TEST_CASE("Every metric of sets has the value of the function that it names") {
  const at::Tensor real = feature_set(60, 5, 0, 0), made = feature_set(50, 5, 2, 0.3);
  const SetMeasureOptions options{.neighbours = 3};
  CHECK(set_metric("fid", real, made, options) == frechet_distance(real, made));
  CHECK(set_metric("kid", real, made, options) == kernel_inception_distance(real, made));
  CHECK(set_metric("cmmd", real, made, options) == clip_maximum_mean_discrepancy(real, made));
  CHECK(set_metric("vendi", real, made, options) == vendi_score(made));
  CHECK(set_metric("alpha_precision", real, made, options) ==
        alpha_precision(real, made).precision);
  CHECK(set_metric("beta_recall", real, made, options) == alpha_precision(real, made).recall);
  CHECK(set_metric("authenticity", real, made, options) ==
        authentic(made, real).to(at::kDouble).mean().item<double>());
  CHECK(set_metric("frd", real, made, options) == frechet_radiomics_distance(real, made).squared);
  const Neighbourhood near = neighbourhood(real, made, 3);
  CHECK(set_metric("precision", real, made, options) == near.precision);
  CHECK(set_metric("recall", real, made, options) == near.recall);
  CHECK(set_metric("density", real, made, options) == near.density);
  CHECK(set_metric("coverage", real, made, options) == near.coverage);
  const SetMeasureOptions subsets{.subset_size = 20, .subsets = 4, .seed = 9};
  CHECK(set_metric("kid", real, made, subsets) ==
        kernel_inception_distance(real, made, 20, 4, 9).mean);
  CHECK(set_metric_names().size() == 14);
  CHECK(set_metric("closer_than_median", real, made, options) ==
        closer_than_median_share(made, real));
  for (const std::string& name : set_metric_names())
    CHECK(std::isfinite(set_metric(name, real, made, options)));
  CHECK_THROWS_WITH(set_metric("kdi", real, made, options),
                    Contains("no metric \"kdi\"") && Contains("did you mean kid?"));
}

TEST_CASE("Every metric of scores has the value of the function that it names") {
  const std::vector<double> scores = {0.9, 0.8, 0.3, 0.4, 0.1};
  const std::vector<std::uint8_t> labels = {1, 0, 1, 0, 0};
  const Scored data{scores, labels};
  CHECK(score_metric("auroc", data, 0).value() == Approx(4.0 / 6));
  CHECK(score_metric("f1", data, 0.5).value() == Approx(0.5));
  CHECK(score_metric("precision_at", data, 0.5).value() == Approx(0.5));
  CHECK(score_metric("recall_at", data, 0.3).value() == 1);
  CHECK(score_metric("tpr_at_fpr", data, 0).value() == Approx(0.5));
  CHECK(score_metric("brier", data, 0) == brier_score(data));
  CHECK(score_metric("ece", data, 0) == expected_calibration_error(data));
  CHECK(score_metric("average_precision", data, 0) == average_precision(data));
  CHECK(score_metric("youden_threshold", data, 0) == youden_threshold(data));
  CHECK(score_metric("best_f1_threshold", data, 0) == best_f1_threshold(data));
  CHECK(score_metric_names().size() == 10);
  CHECK_THROWS_WITH(score_metric("auroc", data, 0.5), Contains("parameter is 0.5"));
  CHECK_THROWS_WITH(score_metric("aurok", data, 0), Contains("did you mean auroc?"));
  const std::vector<std::uint8_t> none(5, 0);
  CHECK_FALSE(score_metric("auroc", {scores, none}, 0));
}

TEST_CASE("Every metric of two images has the value of the function that it names") {
  const Image image = steps(64, 1, 0), other = steps(64, 1, 0.1F);
  CHECK(similarity_metric("psnr", image, other) == Approx(20).epsilon(1e-5));
  for (const std::string& name : similarity_metric_names())
    if (name != "psnr") CHECK(similarity_metric(name, image, image) == Approx(1));
  const auto planes = [](const Image& of) {
    return at::tensor(of.pixels, at::kDouble).view({1, 1, 64, 64});
  };
  CHECK(similarity_metric("ms_ssim", image, other) ==
        ms_ssim(planes(image), planes(other), ms_ssim_options(64, 1)).item<double>());
  CHECK(std::isfinite(similarity_metric("ssim", steps(64, 3, 0), steps(64, 3, 0.1F))));
  CHECK_THROWS_WITH(similarity_metric("ssim", image, steps(64, 3, 0)),
                    Contains("64 × 64 × 1 and 64 × 64 × 3"));
  CHECK_THROWS_WITH(similarity_metric("sim", image, image), Contains("did you mean ssim?"));
}

TEST_CASE("An evaluation's keys are read, printed, and refused by name") {
  const EvaluationConfig config = evaluation_config_from_yaml(
      "real: data\nneighbours: 3\nmemorisation: false\n", {"seed=7", "split=val"}, "here");
  CHECK(config.real == "data");
  CHECK(config.split == "val");
  CHECK(config.seed == 7);
  CHECK_FALSE(config.memorisation);
  CHECK(set_measure_options(config).neighbours == 3);
  CHECK(set_measure_options(config).seed == 7);
  CHECK(to_yaml(evaluation_config_from_yaml(to_yaml(config), {}, "again")) == to_yaml(config));
  CHECK_THROWS_WITH(evaluation_config_from_yaml("neighbors: 3\n", {}, "here"),
                    Contains("here") && Contains("neighbours"));
  CHECK_THROWS_WITH(evaluation_config_from_yaml("", {"split=dev"}, "here"), Contains("split"));
  CHECK_THROWS_WITH(evaluation_config_from_yaml("", {"bootstrap_draws=9"}, "here"),
                    Contains("bootstrap_draws"));
  CHECK_THAT(evaluation_schema(), Contains("membership_images"));
}
