// The folded networks against their definitions in float64.

#include "classifier/classifier.hpp"

#include "bundle/bundle.hpp"
#include "bundle/fixture.hpp"
#include "classifier/small_classifier.hpp"
#include "compute/private_operators.hpp"
#include "compute/relative_error.hpp"
#include "compute/weight_file.hpp"
#include "model/parts.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

at::Generator numbers() { return at::detail::createCPUGenerator(5); }

at::Tensor random_images(const ClassifierArchitecture& classifier, std::int64_t count) {
  return at::empty({count, classifier.channels, classifier.resolution, classifier.resolution})
      .uniform_(0, 1, numbers());
}

/// A classifier, its definition and images.
struct Both {
  explicit Both(const ClassifierArchitecture& architecture, std::int64_t count = 3)
      : weights(random_classifier_weights(architecture, numbers())),
        file(weights),
        classifier(architecture, file.source()),
        plain(architecture, weights),
        images(random_images(architecture, count)) {}

  NamedTensors weights;
  WeightFile file;
  Classifier classifier;
  PlainClassifier plain;
  at::Tensor images;
};

void check_against_definition(const Both& both) {
  const Classification seen = both.classifier.classify(both.images, /*with_activations=*/true);
  const at::Tensor map = both.plain.feature_map(both.images),
                   features = map.mean(at::IntArrayRef{2, 3});
  constexpr double tolerance = 2e-5;
  CHECK(relative_error(seen.features, features) < tolerance);
  CHECK(relative_error(seen.logits, both.plain.logits(features)) < tolerance);
  const std::string head = both.classifier.architecture().head();
  const at::Tensor activations =
      at::einsum("kd,bdhw->bkhw", {both.plain.weight(head + ".weight"), map});
  CHECK(relative_error(seen.activations, activations) < tolerance);
  // The map's mean and the head's bias are the logit.
  const at::Tensor again =
      seen.activations.mean(at::IntArrayRef{2, 3}) + both.plain.weight(head + ".bias");
  CHECK(relative_error(seen.logits, again) < tolerance);
}

}  // namespace

TEST_CASE("a folded DenseNet is the network of its definition", "[classifier]") {
  check_against_definition(Both(small_dense_net(GENERATE(1, 3))));
}

TEST_CASE("a folded EfficientNet-Lite is the network of its definition", "[classifier]") {
  ClassifierArchitecture classifier = small_lite();
  classifier.resolution = GENERATE(32, 33, 35, 38);
  check_against_definition(Both(classifier));
}

TEST_CASE("classifiers compute the same without LibTorch's private operators", "[classifier]") {
  const WithoutPrivateOperators without;
  check_against_definition(Both(small_dense_net()));
  check_against_definition(Both(small_lite()));
}

TEST_CASE("an image's logits do not depend on its batch", "[classifier]") {
  for (const auto& architecture : {small_dense_net(), small_lite()}) {
    const Both both(architecture);
    const at::Tensor together = both.classifier.logits(both.images);
    for (std::int64_t i = 0; i < both.images.size(0); ++i) {
      const at::Tensor alone = both.classifier.logits(both.images.narrow(0, i, 1));
      CHECK(at::allclose(alone[0], together[i], 1e-5, 1e-5));
    }
  }
}

TEST_CASE("bfloat16 stays near float32", "[classifier]") {
  const Both both(small_dense_net());
  const Classifier rounded(both.classifier.architecture(), both.file.source(at::kBFloat16));
  const at::Tensor exact = both.classifier.logits(both.images).to(at::kDouble);
  CHECK(relative_rms_error(rounded.logits(both.images), exact) < 0.05);
}

TEST_CASE("images of another shape or range are refused", "[classifier]") {
  const Both both(small_dense_net(), 1);
  const auto error = [&](const at::Tensor& images) {
    return error_of([&] { both.classifier.classify(images); });
  };
  CHECK_THAT(error(both.images[0]),
             StartsWith("invalid_argument: ") && Contains("[3,40,40]") && Contains("[B,C,H,W]"));
  CHECK_THAT(error(both.images.narrow(1, 0, 1)),
             Contains("[1,1,40,40]") && Contains("[B,3,40,40]"));
  CHECK_THAT(error(both.images.narrow(2, 0, 39)), Contains("[1,3,39,40]"));
  CHECK_THAT(error(both.images.narrow(0, 0, 0)), Contains("at least one pixel"));
  CHECK_THAT(error(both.images.to(at::kDouble)), Contains("float32"));
  CHECK_THAT(error(both.images * 255), Contains("0 to 1 was expected"));
  CHECK_THAT(error(both.images - 0.5), Contains("0 to 1 was expected"));
  at::Tensor broken = both.images.clone();
  broken[0][1][2][3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THAT(error(broken), StartsWith("numeric: "));
  CHECK_THAT(error_of([&] {
               both.classifier.probabilities(at::zeros({2, 4}));
             }),
             Contains("[2,4]") && Contains("[B,3]"));
}

TEST_CASE("weights that cannot be a network's are refused", "[classifier]") {
  const ClassifierArchitecture architecture = small_dense_net();
  NamedTensors weights = random_classifier_weights(architecture, numbers());
  for (auto& [name, tensor] : weights)
    if (name == "features.norm5.running_var") tensor[2] = -0.5;
  const WeightFile file(weights);
  CHECK_THAT(error_of([&] { Classifier(architecture, file.source()); }),
             StartsWith("numeric: ") && Contains("features.norm5.running_var"));
}

TEST_CASE("probabilities are sigmoids, calibrated where the model says so", "[classifier]") {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  ClassifierArchitecture architecture = small_dense_net();
  const at::Tensor logits = at::tensor({-3.F, 0.F, 2.F, 0.5F, -1.F, 4.F}).view({2, 3});
  CHECK(at::equal(Both(architecture).classifier.probabilities(logits), logits.sigmoid()));
  architecture.thresholds = {0.2, none, 0.9};
  CHECK(at::equal(Both(architecture).classifier.probabilities(logits), logits.sigmoid()));
  architecture.calibrated = true;
  const at::Tensor moved = Both(architecture).classifier.probabilities(logits);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  CHECK(moved[0][0].item<double>() == Approx(sigmoid(-3) / 0.4));
  CHECK(moved[1][0].item<double>() == Approx(1 - (1 - sigmoid(0.5)) / 1.6));
  CHECK(moved[0][1].item<double>() == 0.5);
  CHECK(moved[1][1].item<double>() == 0.5);
  CHECK(moved[0][2].item<double>() == Approx(sigmoid(2) / 1.8));
  CHECK(moved[1][2].item<double>() == Approx(1 - (1 - sigmoid(4)) / 0.2));
  // A threshold becomes one half.
  CHECK(calibrated(at::tensor({0.2F}).view({1, 1}), {0.2}).item<double>() == Approx(0.5));
}

TEST_CASE("a classifier is a part of a bundle, alone or with random weights", "[classifier]") {
  const TemporaryFolder folder;
  const auto part = std::make_shared<ClassifierArchitecture>(small_lite());
  write_random_model(folder.path() / "model", {part}, "", 3, false);
  const Bundle bundle = open_bundle(folder.path() / "model", part_types(), {}, true);
  const auto& architecture = bundle.architecture<ClassifierArchitecture>();
  CHECK(architecture.classes == part->classes);
  const Classifier classifier(
      architecture,
      WeightSource(bundle.part(ClassifierArchitecture::kPart).weights, {at::kCPU, at::kFloat}));
  const Classification seen = classifier.classify(random_images(architecture, 2));
  CHECK(seen.logits.sizes() == at::IntArrayRef({2, 3}));
  CHECK(seen.features.sizes() == at::IntArrayRef({2, 24}));
  CHECK_FALSE(seen.activations.defined());
}
