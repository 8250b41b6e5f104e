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

namespace raygen::engine {

struct CopiesOptions {
  std::filesystem::path index;   // of the training set: made if it is not there
  std::int64_t shown_pairs = 6;  // synthetic images shown beside the nearest training image
  std::int64_t most_held_out = 1000;
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

/// Each synthetic image beside its nearest training image, and held-out images of other patients
/// beside theirs: too near (index thresholds), distances, the share that is nearer to training than
/// to held-out images, authenticity, groups of one prompt's images that agree. `model`: the VQ-GAN
/// whose tokens the index holds; images of its resolution. `held_out`: images of the dataset that
/// are not in its split train.
ReportSection copies_section(const std::shared_ptr<const Model>& model,
                             const std::shared_ptr<const Dataset>& dataset,
                             const TokenisedImages& synthetic, const TokenisedImages& held_out,
                             const CopiesOptions& options);

}  // namespace raygen::engine
