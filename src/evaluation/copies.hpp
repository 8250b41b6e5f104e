#pragma once
// Whether a synthetic set gives away the images that its model was trained on.

#include "dataset/dataset.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"
#include "model/model.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace raygen::engine {

struct CopiesOptions {
  std::filesystem::path index;   // of the training set: made if it is not there
  std::int64_t shown_pairs = 6;  // synthetic images shown beside the nearest training image
  std::int64_t most_held_out = 1000;
  std::int64_t most_synthetic = 10'000;  // of more, so many are compared: time grows with N
  std::uint64_t seed = 0;
  Limits limits;
  const Job* job = nullptr;
  /// Stage, images done, of how many. May throw.
  std::function<void(const char* stage, std::int64_t done, std::int64_t total)> progress;
};

/// Images and their tokens, int32 [N,T], by the model's VQ-GAN.
struct TokenisedImages {
  const ImageSet& images;
  const at::Tensor& tokens;
};

/// The three sets as a network sees them, float64 [N,d].
struct NetworkFeatures {
  std::string key, name, description;
  at::Tensor synthetic, training, held_out;
};

/// Each synthetic image beside its nearest training image, and held-out images of other patients
/// beside theirs: too near (index thresholds); by pixels and by each network's features the share
/// that is nearer to training than to held-out images, authenticity, ratios of distances; groups of
/// one prompt's images that agree. Images of one grey value, which are like nothing, are left out.
/// What has fewer than kFewestImages images has no number, and where a leak of one image in twenty
/// could be chance there is no verdict that nothing is repeated. `model`: the VQ-GAN whose tokens
/// the index holds; images of its resolution. `held_out`: images of the dataset that are not in its
/// split train.
ReportSection copies_section(const std::shared_ptr<const Model>& model,
                             const std::shared_ptr<const Dataset>& dataset,
                             const TokenisedImages& synthetic, const TokenisedImages& held_out,
                             const std::vector<NetworkFeatures>& networks,
                             const CopiesOptions& options);

}  // namespace raygen::engine
