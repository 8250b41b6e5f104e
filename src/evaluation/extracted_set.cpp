#include "evaluation/extracted_set.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

namespace raygen::engine {

namespace {

/// Of one image, from the cache if it is there.
std::vector<float> features_of(const Image& image, const std::string& sha256, Extractor& extractor,
                               FeatureCache& cache) {
  const std::span<const float> known = cache.find(sha256);
  if (!known.empty()) return {known.begin(), known.end()};
  std::vector<float> features = extractor.features(image);
  if (!features.empty()) cache.add(sha256, features);
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

void expect_large_enough(const Image& image, const std::string& name, const Extractor& extractor) {
  const std::int64_t side = extractor.resolution();
  if (4 * std::min(image.width, image.height) < side)
    fail(Status::invalid_argument,
         "{} has {} × {} pixels, and the images of {} have {} × {}: at least a quarter of that was "
         "expected",
         name, image.width, image.height, extractor.name(), side, side);
}

void put(const std::vector<float>& features, std::size_t row, std::size_t rows, at::Tensor& into) {
  if (features.empty()) return;
  const auto width = static_cast<std::int64_t>(features.size());
  if (!into.defined())
    into = at::full({static_cast<std::int64_t>(rows), width},
                    std::numeric_limits<float>::quiet_NaN(), at::kFloat);
  if (into.size(1) != width)
    fail(Status::internal, "an image has {} features, others {}", width, into.size(1));
  std::copy(features.begin(), features.end(),
            into.mutable_data_ptr<float>() + static_cast<std::int64_t>(row) * width);
}

}  // namespace

ExtractedSet extract(const ImageSet& images, const std::vector<Extractor*>& extractors,
                     const std::vector<FeatureCache*>& caches, const ExtractionProgress& progress) {
  ExtractedSet set;
  std::vector<std::string> groups;
  std::vector<at::Tensor> numbers(extractors.size());
  const SaveAtEnd save(caches);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image image = images.image(i);
    set.sha256.push_back(content_sha256(image));
    set.sizes.emplace(image.width, image.height);
    groups.push_back(images.group(i));
    for (const Extractor* extractor : extractors)
      expect_large_enough(image, images.name(i), *extractor);
    for (std::size_t e = 0; e < extractors.size(); ++e)
      put(features_of(image, set.sha256.back(), *extractors[e], *caches[e]), i, images.size(),
          numbers[e]);
    for (FeatureCache* cache : caches) cache->save_if_grown();
    if (progress) progress(i + 1);
  }
  for (FeatureCache* cache : caches) cache->save();
  for (std::size_t e = 0; e < extractors.size(); ++e) {
    at::Tensor all = std::exchange(numbers[e], {});
    if (!all.defined()) all = at::empty({static_cast<std::int64_t>(images.size()), 0}, at::kFloat);
    const std::int64_t beside = std::min(extractors[e]->beside_count(), all.size(1)),
                       width = all.size(1) - beside;
    set.features.push_back({all.narrow(1, 0, width).to(at::kDouble), groups});
    set.beside.push_back(all.narrow(1, width, beside).clone());
  }
  return set;
}

}  // namespace raygen::engine
