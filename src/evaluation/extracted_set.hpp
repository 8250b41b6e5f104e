#pragma once
// A set of images with what networks make of each.

#include "evaluation/extractor.hpp"
#include "evaluation/feature_cache.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/set_measures.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

struct ExtractedSet {
  std::vector<std::string> sha256;                        // of each image's content
  std::set<std::pair<std::int64_t, std::int64_t>> sizes;  // width and height that occur
  std::vector<FeatureSet> features;                       // by extractor; NaN: the image has none
  std::vector<at::Tensor> beside;                         // by extractor: float32 [N,beside_count]
  Judgements judged;                                      // of the classifier, if there is one
  at::Tensor tokens;                                      // int32 [N,T] of the VQ-GAN, likewise
};

/// Called after each image with how many are done. May throw.
using ExtractionProgress = std::function<void(std::size_t done)>;

/// Every image is read once. caches: one an extractor; what they lack is computed, added and saved:
/// now and then, and at the end, which may be an exception's. judged and tokens are left to the
/// caller. Where no image has features, they are [N,0]. Throws Error(invalid_argument) naming an
/// image whose shorter side has less than a quarter of a network's pixels: what a network sees
/// there is the enlargement.
ExtractedSet extract(const ImageSet& images, const std::vector<Extractor*>& extractors,
                     const std::vector<FeatureCache*>& caches, const ExtractionProgress& progress);

}  // namespace raygen::engine
