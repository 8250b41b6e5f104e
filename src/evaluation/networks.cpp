#include "evaluation/networks.hpp"

#include "classifier/architecture.hpp"
#include "error.hpp"

#include <ATen/ATen.h>

#include <filesystem>
#include <numeric>
#include <string>
#include <utility>

namespace raygen::engine {

namespace {

std::shared_ptr<const Model> open_model(const std::string& path, const Limits& limits) {
  ModelOptions options;
  options.limits = limits;
  return Model::open(path, options);
}

}  // namespace

ExtractedSet Networks::extract_by(const std::vector<std::size_t>& which, const ImageSet& images,
                                  const char* stage, Teller& teller) const {
  std::vector<Extractor*> each;
  std::vector<FeatureCache*> kept;
  for (const std::size_t e : which) {
    each.push_back(extractors[e].get());
    kept.push_back(caches[e].get());
  }
  return extract(images, each, kept, [&](std::size_t done) {
    teller.tell(stage, static_cast<std::int64_t>(done), static_cast<std::int64_t>(images.size()));
  });
}

ExtractedSet Networks::extract_by_networks(const ImageSet& images, const char* stage,
                                           Teller& teller) const {
  std::vector<std::size_t> which;
  for (std::size_t e = 0; e < extractors.size(); ++e)
    if (e != radiomics) which.push_back(e);
  ExtractedSet set = extract_by(which, images, stage, teller);
  std::vector<FeatureSet> features(extractors.size());
  for (std::size_t i = 0; i < which.size(); ++i) features[which[i]] = std::move(set.features[i]);
  set.features = std::move(features);
  set.beside.clear();
  return set;
}

ExtractedSet Networks::extract_from(const ImageSet& images, const char* stage,
                                    Teller& teller) const {
  std::vector<std::size_t> all(extractors.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  ExtractedSet set = extract_by(all, images, stage, teller);
  if (classifier)
    split_judgements(set.beside[*classifier].to(at::kDouble),
                     extractors[*classifier]->classes().size(), set.judged);
  if (vqgan) set.tokens = set.beside[*vqgan].to(at::kInt);
  set.beside.clear();
  return set;
}

Networks networks_of(const EvaluationConfig& config, const Limits& limits) {
  Networks networks;
  const auto add = [&](std::unique_ptr<Extractor> extractor) {
    const auto file = std::filesystem::path(config.out) / "features" /
                      (extractor->digest().substr(0, 16) + ".safetensors");
    networks.caches.push_back(std::make_unique<FeatureCache>(file, extractor->digest(), limits));
    networks.extractors.push_back(std::move(extractor));
    return networks.extractors.size() - 1;
  };
  if (!config.model.empty()) networks.model = open_model(config.model, limits);
  const std::shared_ptr<const Model> judge =
      config.classifier.empty() ? networks.model : open_model(config.classifier, limits);
  if (judge != nullptr && judge->bundle().find<ClassifierArchitecture>() != nullptr)
    networks.classifier = add(classifier_extractor(judge));
  else if (!config.classifier.empty())
    fail(Status::unsupported, "model {} has no classifier", config.classifier);
  if (networks.model != nullptr && (networks.model->parts() & image_encoder_part) != 0)
    networks.vqgan = add(vqgan_extractor(networks.model));
  if (config.radiomics) networks.radiomics = add(radiomics_extractor());
  return networks;
}

}  // namespace raygen::engine
