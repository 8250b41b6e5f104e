#pragma once
// The index of a training set: what generated images are compared with, so that none repeats an
// image of a patient. An index is patient data.
//
//   raygen::build_index(model, "dataset", "training.index");
//   const auto index = raygen::TrainingIndex::open("training.index");
//   raygen::Options options;
//   options.reject_near = &index;

#include "dataset.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "model.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace raygen {

struct IndexOptions {
  /// Share of held-out images that each of three thresholds lets be too near, 0 to below 1.
  double quantile = 0.001;
  bool named = false;  ///< write the ids of the dataset and not salted hashes of them
  Job* job = nullptr;  ///< must outlive the call
  DataCallback progress;
};

/// Writes what is known of the images in the split train of a prepared dataset, with thresholds of
/// the splits val and test, whose patients are others: whole or not at all; what was there is
/// replaced. Throws Error(invalid_argument | io | format | unsupported | limit | cancelled |
/// numeric).
inline void build_index(const Model& model, const std::string& dataset, const std::string& out,
                        const IndexOptions& options = {}) {
  detail::DataRelay relay(options.progress);
  raygen_index_options raw;
  raygen_index_options_init(&raw);
  raw.quantile = options.quantile;
  raw.named = options.named ? 1 : 0;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
  if (options.progress) raw.progress = &detail::DataRelay::call;
  raw.user_data = &relay;
  relay.check([&](raygen_error* error) {
    return raygen_index_build(model.get(), dataset.data(), dataset.size(), out.data(), out.size(),
                              &raw, error);
  });
}

/// Immutable, may be shared by any number of threads.
class TrainingIndex {
 public:
  /// Throws Error(io | format | unsupported | limit).
  static TrainingIndex open(const std::string& path, const Limits& limits = {}) {
    return TrainingIndex(detail::made<raygen_index>([&](raygen_index** index, raygen_error* error) {
      return raygen_index_open(path.data(), path.size(), &limits, index, error);
    }));
  }

  std::int64_t images() const noexcept { return raygen_index_image_count(index_.get()); }
  /// SHA-256 of the file, hex.
  std::string digest() const { return raygen_index_digest(index_.get()); }
  const raygen_index* get() const noexcept { return index_.get(); }

 private:
  explicit TrainingIndex(raygen_index* index) noexcept : index_(index) {}
  std::unique_ptr<raygen_index, detail::Free<raygen_index_free>> index_;
};

}  // namespace raygen
