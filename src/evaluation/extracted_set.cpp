#include "evaluation/extracted_set.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>

namespace raygen::engine {

namespace {

/// Of one image, from the cache if it is there.
std::vector<float> features_of(const Image& image, const std::string& sha256, Extractor& extractor,
                               FeatureCache& cache) {
  const std::span<const float> known = cache.find(sha256);
  if (!known.empty()) return {known.begin(), known.end()};
  std::vector<float> features = extractor.features(image);
  cache.add(sha256, features);
  return features;
}

/// Keeps what was computed when an evaluation is stopped, too.
class SaveAtEnd {
 public:
  explicit SaveAtEnd(const std::vector<FeatureCache*>& caches) : caches_(caches) {}
  ~SaveAtEnd() {
    try {
      for (FeatureCache* cache : caches_) cache->save();
    } catch (const std::exception&) {  // why it was stopped is what is told
    }
  }
  SaveAtEnd(const SaveAtEnd&) = delete;
  SaveAtEnd& operator=(const SaveAtEnd&) = delete;

 private:
  const std::vector<FeatureCache*>& caches_;
};

void put(const std::vector<float>& features, std::size_t row, std::size_t rows, at::Tensor& into) {
  const auto width = static_cast<std::int64_t>(features.size());
  if (!into.defined()) into = at::empty({static_cast<std::int64_t>(rows), width}, at::kDouble);
  if (into.size(1) != width)
    fail(Status::internal, "an image has {} features, others {}", width, into.size(1));
  std::copy(features.begin(), features.end(),
            into.mutable_data_ptr<double>() + static_cast<std::int64_t>(row) * width);
}

}  // namespace

ExtractedSet extract(const ImageSet& images, const std::vector<Extractor*>& extractors,
                     const std::vector<FeatureCache*>& caches, const ExtractionProgress& progress) {
  ExtractedSet set;
  std::vector<std::string> groups;
  std::vector<at::Tensor> features(extractors.size());
  const SaveAtEnd save(caches);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image image = images.image(i);
    set.sha256.push_back(content_sha256(image));
    groups.push_back(images.group(i));
    for (std::size_t e = 0; e < extractors.size(); ++e)
      put(features_of(image, set.sha256.back(), *extractors[e], *caches[e]), i, images.size(),
          features[e]);
    for (FeatureCache* cache : caches) cache->save_if_grown();
    if (progress) progress(i + 1);
  }
  for (FeatureCache* cache : caches) cache->save();
  for (at::Tensor& each : features) set.features.push_back({std::move(each), groups});
  return set;
}

}  // namespace raygen::engine
