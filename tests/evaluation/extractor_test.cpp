#include "evaluation/extractor.hpp"

#include "bundle/bundle.hpp"
#include "classifier/classifier.hpp"
#include "classifier_bundle.hpp"
#include "error.hpp"
#include "evaluation/radiomics.hpp"
#include "model/session.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t side = 40;  // of small_dense_net()

Image black() { return {side, side, 1, std::vector<float>(side * side, 0.F), {}}; }

void mark(Image& image, std::int64_t column) {
  for (std::int64_t row = 14; row < 24; ++row)
    for (std::int64_t x = column; x < column + 8; ++x)
      image.pixels[static_cast<std::size_t>(row * side + x)] = 1;
}

/// The brighter an image, the higher all logits.
std::shared_ptr<const Model> brightness_model() {
  const TemporaryFolder folder;
  ClassifierArchitecture architecture = small_dense_net(1);
  architecture.thresholds = {0.5, std::numeric_limits<double>::quiet_NaN(), 0.75};
  TensorMap weights;
  for (auto& [name, tensor] : random_classifier_weights(architecture, made_generator(3))) {
    if (tensor.dim() > 1)
      weights[name] = tensor.abs();
    else
      weights[name] = name.ends_with("running_var") || name.ends_with("weight")
                          ? at::ones_like(tensor)
                          : at::zeros_like(tensor);
  }
  write_classifier(folder.path() / "bright", architecture, weights);
  return open_on_cpu(folder.path() / "bright");
}

Judgements judged(Extractor& extractor, const Image& image) {
  const std::vector<float> numbers = extractor.features(image);
  Judgements judgements;
  split_judgements(at::tensor(numbers).to(at::kDouble).unsqueeze(0), extractor.classes().size(),
                   judgements);
  return judgements;
}

bool nearly(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-5); }

}  // namespace

TEST_CASE("The side of the image that shows more has the higher logits") {
  const auto extractor = classifier_extractor(brightness_model());
  Image left = black(), right = black(), both = black();
  mark(left, 28);  // the patient's left is on the image's right
  mark(right, 4);
  mark(both, 28);
  mark(both, 4);
  const Judgements of_left = judged(*extractor, left), of_right = judged(*extractor, right),
                   of_both = judged(*extractor, both), of_none = judged(*extractor, black());
  CHECK((of_left.left > of_left.right).all().item<bool>());
  CHECK((of_right.right > of_right.left).all().item<bool>());
  // Both halves are those of one side, beside its mirror image.
  CHECK(nearly(of_left.left, of_both.whole));
  CHECK(nearly(of_left.right, of_none.whole));
  CHECK(nearly(of_right.left, of_none.whole));
  CHECK(nearly(of_both.left, of_both.right));
  CHECK(nearly(of_both.left, of_both.whole));
}

TEST_CASE("A classifier's features are those of the whole image, and its logits follow them") {
  const auto model = brightness_model();
  const auto extractor = classifier_extractor(model);
  Image image = black();
  mark(image, 11);
  const std::vector<float> numbers = extractor->features(image);
  const Classification expected =
      model->classifier().classify(model->classifier().preprocess(image));
  const std::int64_t width = expected.features.size(1);
  REQUIRE(static_cast<std::int64_t>(numbers.size()) == width + 9);
  Judgements judgements;
  const at::Tensor features =
      split_judgements(at::tensor(numbers).to(at::kDouble).unsqueeze(0), 3, judgements);
  CHECK(nearly(features, expected.features.to(at::kDouble)));
  CHECK(nearly(judgements.whole, expected.logits.to(at::kDouble)));
  CHECK(judgements.left.sizes() == at::IntArrayRef({1, 3}));

  const std::vector<JudgedClass> classes = extractor->classes();
  REQUIRE(classes.size() == 3);
  CHECK(classes[1].name == "Effusion");
  CHECK(classes[0].threshold.value() == Approx(0).margin(1e-12));
  CHECK_FALSE(classes[1].threshold);
  CHECK(classes[2].threshold.value() == Approx(std::log(3.0)));
  CHECK_THAT(extractor->description(), Contains("classifier, ") && Contains("40 × 40"));
}

TEST_CASE("A VQ-GAN's features are four times its width, one for each quarter of the image") {
  const auto model = tiny_model();
  const auto extractor = vqgan_extractor(model);
  CHECK(extractor->classes().empty());
  CHECK(extractor->digest().size() == 64);
  CHECK(extractor->digest() == vqgan_extractor(model)->digest());
  Image image{16, 16, 1, std::vector<float>(256, 0.F), {}};
  for (std::size_t i = 0; i < 128; ++i) image.pixels[i] = 1;
  Session session(model);
  const EncodedImage encoded = session.encode_image(image);
  const at::Tensor map = encoded.features;  // [D,8,8]
  const at::Tensor numbers = at::tensor(extractor->features(image));
  CHECK(extractor->beside_count() == 64);
  REQUIRE(numbers.size(0) == 4 * map.size(0) + 64);
  CHECK(at::equal(numbers.narrow(0, 4 * map.size(0), 64).to(at::kInt), encoded.tokens));
  const at::Tensor means = numbers.narrow(0, 0, 4 * map.size(0)).view({-1, 2, 2});
  CHECK(nearly(means.select(1, 0).select(1, 1), map.narrow(1, 0, 4).narrow(2, 4, 4).mean({1, 2})));
}

TEST_CASE("Radiomics are those of the grey values, and an image of one grey value has none") {
  const auto extractor = radiomics_extractor();
  Image image = black();
  CHECK(extractor->features(image).empty());
  mark(image, 11);
  const at::Tensor greys = at::tensor(image.pixels, at::kDouble).view({side, side}) * 255;
  const std::vector<double> expected = radiomics_features(greys);
  const std::vector<float> found = extractor->features(image);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == static_cast<float>(expected[i]));
  CHECK(extractor->features({3, 3, 1, {0, 1, 2, 3, 4, 5, 6, 7, 8}, {}}).empty());
}

TEST_CASE("A model that lacks the network has no such features") {
  CHECK_THROWS_AS(classifier_extractor(tiny_model()), Error);
  CHECK_THROWS_AS(vqgan_extractor(brightness_model()), Error);
}
