#include "classifier/architecture.hpp"

#include "bundle/part_fixture.hpp"
#include "classifier/known_classes.hpp"
#include "classifier/small_classifier.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr double no_threshold = std::numeric_limits<double>::quiet_NaN();

/// What training changes: running statistics are none.
std::int64_t trained_parameters(const PartArchitecture& part) {
  std::int64_t total = 0;
  for (const TensorSpec& spec : part.tensor_specs()) {
    if (spec.name.find(".running_") == std::string::npos)
      total += c10::multiply_integers(spec.shape);
  }
  return total;
}

ClassifierArchitecture dense_net_121(std::int64_t channels, std::int64_t classes) {
  return known_classifier("plain", channels, classes, "here");
}

template <typename Change>
std::string dense_net_error(Change change) {
  return error_after(small_dense_net(), change);
}
template <typename Change>
std::string lite_error(Change change) {
  return error_after(small_lite(), change);
}

}  // namespace

TEST_CASE("DenseNet-121 has the published numbers of parameters", "[architecture]") {
  CHECK(trained_parameters(dense_net_121(3, 1000)) == 7'978'856);
  CHECK(trained_parameters(dense_net_121(3, 10)) == 6'964'106);
  CHECK(trained_parameters(dense_net_121(3, 14)) == 6'968'206);
  CHECK(trained_parameters(dense_net_121(1, 18)) == 6'966'034);
  const ClassifierArchitecture classifier = dense_net_121(3, 14);
  CHECK(names(classifier).size() == 606);
  CHECK(names(classifier).count("features.denseblock4.denselayer16.norm2.running_var") == 1);
  CHECK(names(classifier).count("features.transition3.conv.weight") == 1);
  CHECK(names(classifier).count("features.transition4.conv.weight") == 0);
  CHECK(classifier.feature_width() == 1024);
}

TEST_CASE("EfficientNet-Lite0 has the published number of parameters", "[architecture]") {
  const ClassifierArchitecture classifier = known_classifier("lite", 3, 1000, "here");
  CHECK(trained_parameters(classifier) == 4'652'008);
  constexpr std::size_t stored = 296, counters = 49;
  CHECK(names(classifier).size() == stored - counters);
  CHECK(names(classifier).count("_blocks.0._expand_conv.weight") == 0);
  CHECK(names(classifier).count("_blocks.15._project_conv.weight") == 1);
  CHECK(classifier.feature_width() == 1280);
}

TEST_CASE("A classifier's sizes survive JSON", "[architecture]") {
  ClassifierArchitecture classifier = small_dense_net(1);
  classifier.thresholds = {0.25, no_threshold, 0.5};
  classifier.calibrated = true;
  classifier.classes[1] = "";
  classifier.resize = ResizeRule::short_side;
  classifier.short_side = 48;
  classifier.filter = ResizeFilter::gaussian;
  const ClassifierArchitecture again = through_json(classifier);
  CHECK(again.to_json() == classifier.to_json());
  CHECK(again.short_side == 48);
  CHECK(again.thresholds[0] == 0.25);
  CHECK(std::isnan(again.thresholds[1]));
  CHECK(classifier.to_json()["thresholds"][1].is_null());
  CHECK(classifier.to_json().contains("growth"));
  CHECK_FALSE(classifier.to_json().contains("kernels"));

  const ClassifierArchitecture lite = through_json(small_lite());
  CHECK(lite.efficientnet_lite.strides == small_lite().efficientnet_lite.strides);
  CHECK_FALSE(lite.to_json().contains("growth"));
  CHECK_FALSE(lite.to_json().contains("short_side"));
  CHECK(lite.preprocessing()["resize"] == "squash");
}

TEST_CASE("JSON that is not a classifier's names the key", "[architecture]") {
  const ClassifierArchitecture classifier = small_dense_net();
  CHECK_THAT(error_with(classifier, "\"densenet\"", "\"resnet\""),
             StartsWith("format: here: ") && Contains("'resnet'") &&
                 Contains("'densenet' or 'efficientnet_lite'"));
  CHECK_THAT(error_with(classifier, "\"bilinear\"", "\"lanczos\""), Contains("'lanczos'"));
  CHECK_THAT(error_with(classifier, "\"Edema\"", "7"), Contains("'classifier.classes"));
  CHECK_THAT(error_with(classifier, "\"thresholds\":[]", "\"thresholds\":[\"high\"]"),
             Contains("'classifier.thresholds"));
  CHECK_THAT(error_with(classifier, "\"growth\"", "\"kernels\""), Contains("growth"));
}

TEST_CASE("A classifier's sizes that do not fit each other are refused", "[architecture]") {
  CHECK(dense_net_error([](auto&) {}).empty());
  CHECK_THAT(dense_net_error([](auto& a) { a.channels = 2; }), Contains("1 or 3"));
  CHECK_THAT(dense_net_error([](auto& a) { a.channels = 1; }), Contains("classifier.scale"));
  CHECK_THAT(dense_net_error([](auto& a) { a.shift[0] = no_threshold; }), Contains("not finite"));
  CHECK_THAT(dense_net_error([](auto& a) { a.resolution = 8; }), Contains("classifier.resolution"));
  CHECK_THAT(dense_net_error([](auto& a) { a.classes.clear(); }), Contains("classifier.classes"));
  CHECK_THAT(dense_net_error([](auto& a) { a.classes[1] = "Edema"; }), Contains("'Edema' twice"));
  CHECK_THAT(dense_net_error([](auto& a) { a.calibrated = true; }), Contains("without thresholds"));
  CHECK_THAT(dense_net_error([](auto& a) { a.thresholds = {0.5}; }),
             Contains("classifier.thresholds is 1"));
  CHECK_THAT(dense_net_error([](auto& a) {
               a.thresholds = {0.5, 1, 0.5};
             }),
             Contains("between 0 and 1"));
  CHECK_THAT(dense_net_error([](auto& a) {
               a.resize = ResizeRule::short_side;
               a.short_side = 30;
             }),
             Contains("classifier.short_side is 30"));
  CHECK_THAT(dense_net_error([](auto& a) { a.densenet.blocks = {}; }),
             Contains("classifier.blocks"));
  CHECK_THAT(dense_net_error([](auto& a) { a.densenet.growth = 0; }),
             Contains("classifier.growth is 0"));
  CHECK(lite_error([](auto&) {}).empty());
  CHECK_THAT(lite_error([](auto& a) { a.efficientnet_lite.strides = {1}; }),
             Contains("classifier.strides is 1"));
  CHECK_THAT(lite_error([](auto& a) { a.efficientnet_lite.strides[0] = 3; }),
             Contains("classifier.strides is 3"));
  CHECK_THAT(lite_error([](auto& a) { a.efficientnet_lite.kernels[0] = 4; }),
             Contains("odd numbers"));
  CHECK_THAT(lite_error([](auto& a) { a.efficientnet_lite.block_channels[3] = 0; }),
             Contains("classifier.block_channels is 0"));
}

TEST_CASE("Published classifiers have their classes, thresholds and preprocessing",
          "[architecture]") {
  const ClassifierArchitecture all = known_classifier("xrv:all", 1, 18, "here");
  all.validate("here");
  CHECK(all.classes[8] == "Pneumonia");
  CHECK(all.thresholds[8] == 0.056811);
  CHECK(all.calibrated);
  CHECK(all.scale == std::vector<double>{2048});
  const ClassifierArchitecture rsna = known_classifier("xrv:rsna", 1, 18, "here");
  rsna.validate("here");
  CHECK(rsna.classes[16] == "Lung Opacity");
  CHECK(rsna.classes[0].empty());
  CHECK(std::isnan(rsna.thresholds[0]));
  CHECK_FALSE(known_classifier("xrv", 1, 18, "here").calibrated);
  CHECK(known_classifier("chexnet", 3, 14, "here").classes[7] == "Pneumothorax");
  CHECK(known_classifier("chexnet", 3, 14, "here").short_side == 256);
  CHECK(known_classifier("raygen", 3, 10, "here").resolution == 512);
  for (const std::string& name : known_classifiers()) {
    const bool xrv = name.starts_with("xrv"), chexnet = name == "chexnet";
    known_classifier(name, xrv ? 1 : 3, xrv ? 18 : chexnet ? 14 : 10, "here").validate(name);
  }
  CHECK_THAT(error_of([] { known_classifier("xrv:some", 1, 18, "here"); }),
             StartsWith("invalid_argument: ") && Contains("'xrv:some'") && Contains("xrv:all"));
  CHECK_THAT(error_of([] { known_classifier("chexnet", 3, 15, "file"); }),
             StartsWith("format: file: ") && Contains("15 classes, 'chexnet' has 14"));
  CHECK(known_by_file_name("nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-d121-tw-lr001-"
                           "rot45-tr15-sc15-seed0-best.pt") == "xrv:all");
  CHECK(known_by_file_name("kaggle-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt") ==
        "xrv:rsna");
  CHECK(known_by_file_name("mimic_nb-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt") ==
        "xrv:mimic_nb");
  CHECK_FALSE(known_by_file_name("model.pt"));
}
