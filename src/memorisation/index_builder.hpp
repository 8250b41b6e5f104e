#pragma once
// Builds the index of a training set from a prepared dataset and the model that was trained on it.

#include "dataset/dataset.hpp"
#include "job.hpp"
#include "memorisation/training_index.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>

namespace raygen::engine {

class Model;

struct IndexOptions {
  /// Share of held-out images that a threshold lets be too near, by each score: 0 to below 1.
  double quantile = 0.001;
  /// Held-out images that thresholds are set by at most, evenly chosen. They take most of the time:
  /// each is compared with every training image.
  std::int64_t most_held_out = 4096;
  bool named = false;  // write the ids of the dataset and not hashes of them
  const Job* job = nullptr;
  /// Gets the number of images done, training and held-out; false cancels.
  std::function<bool(std::int64_t done, std::int64_t total)> progress;
};

/// Encodes the images of the split "train", and those of "val" and "test" for the thresholds, whose
/// patients are others, and writes `path`, whole or not at all; what was there is replaced. Pixels
/// are read from the dataset's shards as they are needed; what the file holds is in memory once,
/// which limits.max_memory_bytes bounds. A run that is stopped begins anew: the time is that of
/// encoding the images, on a GPU in batches.
/// Throws Error(invalid_argument) for a dataset of another resolution than the model's, fewer than
/// two training images or no held-out image, Error(unsupported) for a model without an image
/// encoder or with more than 65,536 codes, Error(limit | io | numeric | cancelled).
TrainingIndexManifest build_index(const Model& model, const Dataset& dataset,
                                  const std::filesystem::path& path,
                                  const IndexOptions& options = {});

}  // namespace raygen::engine
