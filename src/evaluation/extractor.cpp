#include "evaluation/extractor.hpp"

#include "classifier/classifier.hpp"
#include "compute/host_guard.hpp"
#include "error.hpp"
#include "evaluation/radiomics.hpp"
#include "model/session.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace raygen::engine {

namespace {

class VqganExtractor final : public Extractor {
 public:
  explicit VqganExtractor(std::shared_ptr<const Model> model)
      : model_(std::move(model)), session_(model_) {
    model_->prepare(image_encoder_part);
  }

  std::string name() const override { return "vqgan"; }
  std::string description() const override {
    const std::int64_t side = architecture().resolution;
    return formatted("VQ-GAN's encoder, {}…, 2 × 2 means; shorter side to {}, centre {} × {}",
                     model_->bundle().digest.substr(0, 8), side, side, side);
  }
  std::string digest() const override {
    return sha256_hex(formatted("vqgan 2x2 means and tokens 1 {} {}", model_->bundle().digest,
                                name_of(model_->compute().type)));
  }
  std::vector<float> features(const Image& image) override {
    const EncodedImage encoded = session_.encode_image(image);
    const at::Tensor all =
        at::cat({at::adaptive_avg_pool2d(encoded.features.unsqueeze(0), {2, 2}).flatten(),
                 encoded.tokens.to(at::kFloat)});  // exact: a codebook has less than 2^24 entries
    const auto* values = all.const_data_ptr<float>();
    return {values, values + all.numel()};
  }
  std::int64_t beside_count() const override {
    return architecture().grid() * architecture().grid();
  }
  std::int64_t resolution() const override { return architecture().resolution; }

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

/// "128 × 128, squash, bilinear, v · [2.0] + [-1.0]"
std::string preprocessing_in_words(const ClassifierArchitecture& architecture) {
  const nlohmann::ordered_json how = architecture.preprocessing();
  const std::int64_t side = architecture.resolution;
  return formatted("{} × {}, {}, {}, v · {} + {}", side, side,
                   how["resize"].get<std::string>() +
                       (how.contains("short_side") ? " " + how["short_side"].dump() : ""),
                   how["filter"].get<std::string>(), how["scale"].dump(), how["shift"].dump());
}

class ClassifierExtractor final : public Extractor {
 public:
  explicit ClassifierExtractor(std::shared_ptr<const Model> model)
      : model_(std::move(model)), classifier_(model_->classifier()) {}

  std::string name() const override { return "classifier"; }
  std::string description() const override {
    return formatted("classifier, {}…; {}", model_->bundle().digest.substr(0, 8),
                     preprocessing_in_words(classifier_.architecture()));
  }
  std::int64_t resolution() const override { return classifier_.architecture().resolution; }
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
  std::int64_t beside_count() const override {
    return 3 * classifier_.architecture().class_count();
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

class RadiomicsExtractor final : public Extractor {
 public:
  std::string name() const override { return "radiomics"; }
  std::string description() const override {
    return formatted("radiomics, {} numbers as frd-score v1 has them; the whole image, grey 0–255",
                     radiomics_names().size());
  }
  std::string digest() const override { return sha256_hex("radiomics 1"); }
  std::vector<float> features(const Image& image) override {
    const at::Tensor greys =
        at::tensor(image.pixels, at::kDouble).view({image.height, image.width}) * 255;
    try {
      const std::vector<double> found = radiomics_features(greys);
      std::vector<float> numbers(found.begin(), found.end());
      const bool finite =
          std::all_of(numbers.begin(), numbers.end(), [](float x) { return std::isfinite(x); });
      return finite ? numbers : std::vector<float>{};
    } catch (const Error& error) {
      if (error.status() != Status::numeric && error.status() != Status::invalid_argument) throw;
      return {};
    }
  }
};

}  // namespace

std::unique_ptr<Extractor> radiomics_extractor() { return std::make_unique<RadiomicsExtractor>(); }

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
