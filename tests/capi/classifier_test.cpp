// A classifier through the door: numbers, maps, overlays, and what is refused.

#include "calls.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace {

using Catch::Matchers::Contains;

/// A small DenseNet with random weights; the last class was never trained.
std::string classifier_architecture(const std::string& thresholds, bool calibrated) {
  return R"({"classifier": {"kind": "densenet", "channels": 1, "classes": ["Edema", "Effusion", ""],
    "thresholds": )" +
         thresholds + R"(, "calibrated": )" + (calibrated ? "true" : "false") + R"(,
    "resolution": 32, "resize": "centre_square", "filter": "bilinear", "scale": [2], "shift": [-1],
    "initial_channels": 8, "growth": 4, "bottleneck": 2, "blocks": [2, 2]}})";
}

raygen::Model classifier_model(const std::string& thresholds = "[0.25, null, null]",
                               bool calibrated = false) {
  const TemporaryFolder folder;
  raygen::RandomBundleOptions options;
  options.architecture = classifier_architecture(thresholds, calibrated);
  options.seed = 5;
  raygen::create_random_bundle(folder.file("classifier"), options);
  raygen::ModelOptions own;
  own.device = raygen::Device::cpu;
  raygen::Model model = raygen::Model::open(folder.file("classifier"), own);
  model.prepare(raygen::Parts::classifier);  // the folder goes
  return model;
}

raygen::Image film(std::int32_t width, std::int32_t height, int kind = 1) {
  std::vector<float> pixels;
  for (std::int32_t y = 0; y < height; ++y)
    for (std::int32_t x = 0; x < width; ++x)
      pixels.push_back(static_cast<float>((x * x * kind + 3 * x * y + 7 * y) % 101) / 100.0F);
  return {width, height, 1, pixels.data()};
}

std::vector<float> copied(raygen::Span<float> values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("images are classified together as one by one") {
  const raygen::Model model = classifier_model();
  CHECK(model.info().has(raygen::Parts::classifier));
  CHECK_FALSE(model.info().has(raygen::Parts::image_encoder));
  CHECK(model.memory() > 0);
  raygen::Classifier classifier(model);
  std::vector<raygen::Image> films;
  for (int i = 0; i < 20; ++i) films.push_back(film(40 + i, 33, i));
  const raygen::Classification seen = classifier.classify(films);
  CHECK(seen.count() == 20);
  REQUIRE(seen.class_count() == 3);
  CHECK(seen.feature_width() == 16);  // (8 + 2·4) / 2 + 2·4
  CHECK(seen.class_name(0) == "Edema");
  CHECK(seen.class_name(2).empty());
  CHECK(seen.class_name(3).empty());
  CHECK(seen.threshold(0) == 0.25);
  CHECK(std::isnan(seen.threshold(1)));
  CHECK(std::isnan(seen.threshold(3)));
  CHECK(seen.map_height() == 0);
  CHECK(seen.map(0, 0).empty());

  for (std::size_t i = 0; i < 20; ++i) {
    const raygen::Classification alone = classifier.classify(films[i]);
    for (std::size_t k = 0; k < 3; ++k) {
      const double logit = alone.logits()[k];
      CHECK(seen.logits()[i * 3 + k] == Approx(logit).margin(1e-5));
      CHECK(alone.probability(0, k) == Approx(1 / (1 + std::exp(-logit))));
    }
    for (std::size_t d = 0; d < 16; ++d)
      CHECK(seen.features()[i * 16 + d] == Approx(alone.features()[d]).margin(1e-5));
  }
}

TEST_CASE("a grey film and the same in colour are classified alike") {
  const raygen::Model model = classifier_model();
  raygen::Classifier classifier(model);
  const raygen::Image grey = film(50, 40);
  std::vector<float> pixels;
  for (const float value : grey.pixels()) pixels.insert(pixels.end(), 3, value);
  const raygen::Classification a = classifier.classify(grey),
                               b = classifier.classify(raygen::Image(50, 40, 3, pixels.data()));
  for (std::size_t k = 0; k < 3; ++k) CHECK(a.logits()[k] == Approx(b.logits()[k]).margin(1e-5));
}

TEST_CASE("calibrated probabilities have the threshold 0.5") {
  const raygen::Model plain = classifier_model(),
                      moved = classifier_model("[0.25, 0.5, null]", true);
  const raygen::Classification before = raygen::Classifier(plain).classify(film(40, 40)),
                               after = raygen::Classifier(moved).classify(film(40, 40));
  CHECK(copied(before.logits()) == copied(after.logits()));
  CHECK(after.threshold(0) == 0.5);
  CHECK(std::isnan(after.threshold(2)));
  const double p = before.probability(0, 0), t = 0.25;
  CHECK(after.probability(0, 0) == Approx(p < t ? p / (2 * t) : 1 - (1 - p) / (2 * (1 - t))));
  CHECK(after.probability(0, 1) == Approx(before.probability(0, 1)).margin(1e-6));
  CHECK(after.probability(0, 2) == 0.5F);
}

TEST_CASE("a map's mean and the class's bias are the logit") {
  const raygen::Model model = classifier_model();
  raygen::Classifier classifier(model);
  const raygen::Image first = film(60, 48, 1), second = film(60, 48, 2);
  const raygen::Classification one = classifier.classify(first, true),
                               two = classifier.classify(second, true);
  REQUIRE(one.map_height() == 4);  // 32 by 8: convolution, pooling, transition
  REQUIRE(one.map_width() == 4);
  const auto mean = [](raygen::Span<float> map) {
    return std::accumulate(map.begin(), map.end(), 0.0) / static_cast<double>(map.size());
  };
  for (std::size_t k = 0; k < 3; ++k) {
    REQUIRE(one.map(0, k).size() == 16);
    CHECK(one.logits()[k] - mean(one.map(0, k)) ==
          Approx(two.logits()[k] - mean(two.map(0, k))).margin(1e-5));
  }
  CHECK(one.map(1, 0).empty());
  CHECK(one.map(0, 3).empty());

  const raygen::Image overlay = one.overlay(0, 1, first);
  CHECK(overlay.width() == 60);
  CHECK(overlay.height() == 48);
  CHECK(overlay.channels() == 3);
  // The square of the centre was seen: six columns a side were not.
  for (const std::int32_t x : {0, 5, 54, 59}) {
    CHECK(overlay.at(x, 20, 0) == first.at(x, 20));
    CHECK(overlay.at(x, 20, 2) == first.at(x, 20));
  }
  const auto map = one.map(0, 1);
  const bool positive = std::any_of(map.begin(), map.end(), [](float v) { return v > 0; });
  bool coloured = false;
  for (std::int32_t x = 6; x < 54; ++x)
    for (std::int32_t y = 0; y < 48; ++y)
      coloured = coloured || overlay.at(x, y, 0) != overlay.at(x, y, 2);
  CHECK(coloured == positive);

  CHECK_THROWS_WITH(one.overlay(0, 3, first), Contains("class 3"));
  CHECK_THROWS_WITH(one.overlay(1, 0, first), Contains("image 1"));
  CHECK_THROWS_WITH(one.overlay(0, 0, film(48, 60)), Contains("48") && Contains("60"));
  CHECK_THROWS_WITH(classifier.classify(first).overlay(0, 0, first), Contains("with_maps"));
}

TEST_CASE("what a classifier cannot do is refused") {
  const Handles h;
  const raygen::Model model = classifier_model();
  raygen::Classifier classifier(model);
  raygen_session* session = classifier.session().get();
  Out<raygen_classification> seen;
  Out<raygen_image> overlay;
  const raygen_image* images[] = {h.image, nullptr};
  refused(EXPRESSION(raygen_session_classify(h.session, images, 1, 0, &seen, error)), "classifier",
          RAYGEN_ERROR_UNSUPPORTED);
  refused(EXPRESSION(raygen_session_classify(nullptr, images, 1, 0, &seen, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_classify(session, nullptr, 1, 0, &seen, error)),
          "images is NULL");
  refused(EXPRESSION(raygen_session_classify(session, images, 2, 0, &seen, error)),
          "images[1] is NULL");
  refused(EXPRESSION(raygen_session_classify(session, images, 0, 0, &seen, error)), "count is 0");
  refused(EXPRESSION(raygen_session_classify(session, images, 1025, 0, &seen, error)),
          "count is 1025", RAYGEN_ERROR_LIMIT);
  refused(EXPRESSION(raygen_session_classify(session, images, 1, 2, &seen, error)),
          "with_maps is 2");
  refused(EXPRESSION(raygen_session_classify(session, images, 1, 0, nullptr, error)),
          "classification is NULL");
  refused(EXPRESSION(raygen_classification_overlay(nullptr, 0, 0, h.image, &overlay, error)),
          "classification is NULL");
  const raygen::Classification one = classifier.classify(film(40, 40), true);
  refused(EXPRESSION(raygen_classification_overlay(one.get(), 0, 0, nullptr, &overlay, error)),
          "film is NULL");
  refused(EXPRESSION(raygen_classification_overlay(one.get(), 0, 0, h.image, nullptr, error)),
          "overlay is NULL");
  refused(EXPRESSION(raygen_model_prepare(h.model, RAYGEN_PART_CLASSIFIER, error)), "classifier",
          RAYGEN_ERROR_UNSUPPORTED);

  const raygen_classification* none = nullptr;
  raygen_classification_free(nullptr);
  CHECK(raygen_classification_count(none) == 0);
  CHECK(raygen_classification_class_count(none) == 0);
  CHECK(raygen_classification_feature_width(none) == 0);
  CHECK(raygen_classification_class_name(none, 0) == nullptr);
  CHECK(std::isnan(raygen_classification_threshold(none, 0)));
  CHECK(raygen_classification_logits(none) == nullptr);
  CHECK(raygen_classification_probabilities(none) == nullptr);
  CHECK(raygen_classification_features(none) == nullptr);
  CHECK(raygen_classification_map_height(none) == 0);
  CHECK(raygen_classification_map_width(none) == 0);
  CHECK(raygen_classification_map(none, 0, 0) == nullptr);
}
