#pragma once
// The synthetic images of an experiment, as a prepared dataset: resumable, and read as real ones
// are.

#include "dataset/dataset.hpp"
#include "evaluation/teller.hpp"
#include "experiment/config.hpp"
#include "training/sample_order.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace raygen::engine {

/// The real image whose report is the prompt of synthetic image i that a model makes: every one of
/// the split train once, in an order of the seed, then again.
class PromptOrder {
 public:
  PromptOrder(const Dataset& real, std::uint64_t seed);
  std::size_t at(std::int64_t image);

 private:
  const std::vector<std::size_t>& train_;
  SampleOrder order_;
};

/// `images` images in `folder`, all of the split train, grey and of the real ones' size: made by
/// config.model from the reports of the real split train, each with the findings of its report's
/// image; or the first ones of config.synthetic, with those labels of the real dataset that its
/// prompt asks for. A folder that was begun is gone on with. Throws Error: invalid_argument for a
/// folder that was begun otherwise, too few images, an image without a prompt and labels that no
/// rule reads from prompts; io, format, limit, unsupported, cancelled.
Dataset synthetic_dataset(const ExperimentConfig& config, const Dataset& real, std::int64_t images,
                          const std::filesystem::path& folder, const Limits& limits, Teller& teller,
                          const Job* job);

}  // namespace raygen::engine
