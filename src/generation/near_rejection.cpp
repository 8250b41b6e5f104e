#include "generation/near_rejection.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "generation/settings.hpp"
#include "model/model.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

namespace {

constexpr std::int64_t kMostTries = 1'000'000;

nlohmann::ordered_json record_of(const NearestTraining& nearest, const TrainingIndex& index,
                                 std::int64_t tries) {
  const NearnessThresholds& thresholds = index.manifest().thresholds;
  // No name ends with _sha256: the image is made again without the index.
  return {{"index", index.digest()},
          {"tries", tries},
          {"nearest", nearest.nearest_hash},
          {"distance", nearest.distance},
          {"ratio", nearest.ratio},
          {"most_alike", nearest.most_alike_hash},
          {"agreement", nearest.agreement},
          {"thresholds",
           {{"distance", thresholds.distance},
            {"ratio", thresholds.ratio},
            {"agreement", thresholds.agreement}}}};
}

}  // namespace

void check_rejection(const NearRejection& rejection, const Model& model, bool begun_with_tokens) {
  if (rejection.index == nullptr) return;
  if (rejection.tries < 1 || rejection.tries > kMostTries)
    fail(Status::invalid_argument, "reject_near.tries is {}; 1 to {} was expected", rejection.tries,
         kMostTries);
  if (begun_with_tokens)
    fail(Status::invalid_argument,
         "reject_near was given for images that are begun with tokens; it judges images that the "
         "model draws whole, because given tokens may be those of a training image");
  rejection.index->check_model(model);
}

bool NearFilter::accepts(const std::vector<std::int32_t>& tokens, Image& image, const ImageKey& key,
                         std::int64_t tried) const {
  if (!rejects()) return true;
  const TrainingIndex& index = *rejection_.index;
  NearestTraining nearest;
  {
    const HostGuard guard(model_.compute(), model_.options().threads);
    nearest = index.nearest_training(tokens, image);
  }
  if (!nearest.too_near) {
    note_setting(image, "reject_near", record_of(nearest, index, tried + 1));
    return true;
  }
  if (tried + 1 < rejection_.tries) return false;
  const NearnessThresholds& thresholds = index.manifest().thresholds;
  fail(
      Status::limit,
      "image {} of seed {} is too near the training image {} after {} tries: distance {:.4g} (at "
      "least {:.4g} was expected), ratio {:.4g} (at least {:.4g}), token agreement {:.4g} (at most "
      "{:.4g})",
      key.image, key.seed, nearest.nearest_hash, tried + 1, nearest.distance, thresholds.distance,
      nearest.ratio, thresholds.ratio, nearest.agreement, thresholds.agreement);
}

}  // namespace raygen::engine
