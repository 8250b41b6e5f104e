#include "evaluation/extractor.hpp"

#include "classifier/classifier.hpp"
#include "compute/host_guard.hpp"
#include "model/session.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace raygen::engine {

namespace {

class VqganExtractor final : public Extractor {
 public:
  explicit VqganExtractor(std::shared_ptr<const Model> model)
      : model_(std::move(model)), session_(model_) {
    model_->prepare(image_encoder_part);
  }

  std::string description() const override {
    const std::int64_t side = architecture().resolution;
    return formatted("VQ-GAN's encoder, {}…, 2 × 2 means; shorter side to {}, centre {} × {}",
                     model_->bundle().digest.substr(0, 8), side, side, side);
  }
  std::string digest() const override {
    return sha256_hex(formatted("vqgan 2x2 means 1 {} {}", model_->bundle().digest,
                                name_of(model_->compute().type)));
  }
  std::vector<float> features(const Image& image) override {
    const at::Tensor map = session_.encode_image(image).features;
    const at::Tensor means = at::adaptive_avg_pool2d(map.unsqueeze(0), {2, 2}).flatten();
    const auto* values = means.const_data_ptr<float>();
    return {values, values + means.numel()};
  }

 private:
  const VqganArchitecture& architecture() const {
    return model_->architecture<VqganArchitecture>();
  }

  std::shared_ptr<const Model> model_;
  Session session_;
};

/// Both halves are that of the patient's left (right of the image), or of the right.
Image symmetric(const Image& image, bool left) {
  Image made = image;
  for (std::int64_t row = 0; row < image.height; ++row) {
    for (std::int64_t column = 0; column < image.width; ++column) {
      const std::int64_t mirrored = image.width - 1 - column;
      const std::int64_t from = left ? std::max(column, mirrored) : std::min(column, mirrored);
      for (std::int64_t c = 0; c < image.channels; ++c) {
        const auto at = [&](std::int64_t x) {
          return static_cast<std::size_t>((row * image.width + x) * image.channels + c);
        };
        made.pixels[at(column)] = image.pixels[at(from)];
      }
    }
  }
  return made;
}

class ClassifierExtractor final : public Extractor {
 public:
  explicit ClassifierExtractor(std::shared_ptr<const Model> model)
      : model_(std::move(model)), classifier_(model_->classifier()) {}

  std::string description() const override {
    const std::int64_t side = classifier_.architecture().resolution;
    return formatted("classifier, {}…, {} × {}", model_->bundle().digest.substr(0, 8), side, side);
  }
  std::string digest() const override {
    return sha256_hex(formatted("classifier with halves 1 {} {}", model_->bundle().digest,
                                name_of(model_->compute().type)));
  }
  std::vector<float> features(const Image& image) override {
    const HostGuard guard(model_->compute(), model_->options().threads);
    const Classification whole = classifier_.classify(classifier_.preprocess(image));
    const at::Tensor halves =
        classifier_.logits(at::cat({classifier_.preprocess(symmetric(image, /*left=*/true)),
                                    classifier_.preprocess(symmetric(image, /*left=*/false))}));
    const at::Tensor all =
        at::cat({whole.features.flatten(), whole.logits.flatten(), halves.flatten()});
    const auto* values = all.const_data_ptr<float>();
    return {values, values + all.numel()};
  }
  std::vector<JudgedClass> classes() const override {
    const ClassifierArchitecture& architecture = classifier_.architecture();
    std::vector<JudgedClass> classes;
    for (std::size_t i = 0; i < architecture.classes.size(); ++i) {
      JudgedClass each{architecture.classes[i], std::nullopt};
      if (i < architecture.thresholds.size() && std::isfinite(architecture.thresholds[i]))
        each.threshold = std::log(architecture.thresholds[i] / (1 - architecture.thresholds[i]));
      classes.push_back(std::move(each));
    }
    return classes;
  }

 private:
  std::shared_ptr<const Model> model_;
  const Classifier& classifier_;
};

}  // namespace

std::unique_ptr<Extractor> vqgan_extractor(std::shared_ptr<const Model> model) {
  return std::make_unique<VqganExtractor>(std::move(model));
}

std::unique_ptr<Extractor> classifier_extractor(std::shared_ptr<const Model> model) {
  return std::make_unique<ClassifierExtractor>(std::move(model));
}

at::Tensor split_judgements(const at::Tensor& numbers, std::size_t classes, Judgements& into) {
  const auto k = static_cast<std::int64_t>(classes);
  const std::int64_t width = numbers.size(1) - 3 * k;
  const auto part = [&](std::int64_t i) { return numbers.narrow(1, width + i * k, k); };
  into = {part(0), part(1), part(2)};
  return numbers.narrow(1, 0, width);
}

}  // namespace raygen::engine
