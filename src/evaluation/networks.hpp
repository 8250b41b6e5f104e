#pragma once
// What the sets of an evaluation are looked at with: the networks that its config names, and
// radiomics, which need none.

#include "evaluation/config.hpp"
#include "evaluation/extracted_set.hpp"
#include "evaluation/extractor.hpp"
#include "evaluation/feature_cache.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/teller.hpp"
#include "limits.hpp"
#include "model/model.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace raygen::engine {

struct Networks {
  std::shared_ptr<const Model> model;  // null: none was named
  std::vector<std::unique_ptr<Extractor>> extractors;
  std::vector<std::unique_ptr<FeatureCache>> caches;  // one an extractor, in config.out/features
  std::optional<std::size_t> classifier, vqgan, radiomics;  // which extractor they are

  /// Features of every image, what the classifier says of it, and its tokens.
  ExtractedSet extract_from(const ImageSet& images, const char* stage, Teller& teller) const;
  /// Of the networks alone, by extractor; what is none has no features.
  ExtractedSet extract_by_networks(const ImageSet& images, const char* stage, Teller& teller) const;
  /// The sums of their content alone.
  ExtractedSet sums_of(const ImageSet& images, const char* stage, Teller& teller) const {
    return extract_by({}, images, stage, teller);
  }

 private:
  ExtractedSet extract_by(const std::vector<std::size_t>& which, const ImageSet& images,
                          const char* stage, Teller& teller) const;
};

/// Throws Error(unsupported) if config.classifier is a model without one, and as Model::open() and
/// FeatureCache do.
Networks networks_of(const EvaluationConfig& config, const Limits& limits);

}  // namespace raygen::engine
