#pragma once
// A set of images with what networks make of each.

#include "evaluation/extractor.hpp"
#include "evaluation/feature_cache.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/set_measures.hpp"

#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

struct ExtractedSet {
  std::vector<std::string> sha256;   // of each image's content
  std::vector<FeatureSet> features;  // by extractor
};

/// Called after each image with how many are done. May throw.
using ExtractionProgress = std::function<void(std::size_t done)>;

/// Every image is read once. caches: one an extractor; what they lack is computed, added and saved:
/// now and then, and at the end, which may be an exception's.
ExtractedSet extract(const ImageSet& images, const std::vector<Extractor*>& extractors,
                     const std::vector<FeatureCache*>& caches, const ExtractionProgress& progress);

}  // namespace raygen::engine
