#include "memorisation/index_builder.hpp"

#include "compute/host_guard.hpp"
#include "compute/scratch.hpp"
#include "dataset/batch.hpp"
#include "error.hpp"
#include "memorisation/index_format.hpp"
#include "memorisation/thumbnail.hpp"
#include "model/model.hpp"
#include "storage/number.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t kOnDeviceTogether = 64;  // images
constexpr std::int64_t kCheckedEvery = 16;      // held-out images between two looks at the job

using Rows = std::vector<std::size_t>;  // of the dataset

/// All of them, or `most` at even distances.
Rows evenly_chosen(const Rows& rows, std::int64_t most) {
  const std::size_t count = std::min(rows.size(), static_cast<std::size_t>(most));
  Rows chosen;
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(rows[i * rows.size() / count]);
  return chosen;
}

Rows held_out_rows(const Dataset& dataset, std::int64_t most) {
  Rows rows = dataset.indices(Split::val);
  const Rows& test = dataset.indices(Split::test);
  rows.insert(rows.end(), test.begin(), test.end());
  return evenly_chosen(rows, most);
}

void check_options(const IndexOptions& options) {
  if (!(options.quantile >= 0 && options.quantile < 1))
    fail(Status::invalid_argument, "quantile is {}; 0 to below 1 was expected", options.quantile);
  if (options.most_held_out < 1)
    fail(Status::invalid_argument, "most_held_out is {}; 1 or more was expected",
         options.most_held_out);
}

void check_sets(const Dataset& dataset, const VqganArchitecture& vqgan, const Rows& training,
                const Rows& held_out) {
  const std::string where = dataset.folder().string();
  if (dataset.resolution() != vqgan.resolution)
    fail(Status::invalid_argument,
         "{0}: the images are {1} x {1} pixels; {2} x {2}, as the model's are, were expected",
         where, dataset.resolution(), vqgan.resolution);
  if (vqgan.codebook > index_format::most_codes)
    fail(Status::unsupported, "the model has {} codes; an index holds at most {}", vqgan.codebook,
         index_format::most_codes);
  if (training.size() < 2)
    fail(Status::invalid_argument,
         "{}: the split 'train' holds {} images; at least 2 were expected", where, training.size());
  if (held_out.empty())
    fail(Status::invalid_argument,
         "{}: the splits 'val' and 'test' hold no image, and thresholds are set by those of other "
         "patients; prepare the data with a share for them",
         where);
}

void check_memory(std::size_t images, std::int64_t tokens, const Limits& limits) {
  const std::uint64_t each =
      static_cast<std::uint64_t>(tokens) * sizeof(std::uint16_t) + kThumbnailSize * sizeof(float);
  if (images > limits.max_memory_bytes / each)
    fail(Status::limit, "the index of {} images would take {} bytes each; at most {} are allowed",
         images, each, limits.max_memory_bytes);
}

class IndexBuilder {
 public:
  IndexBuilder(const Model& model, const Dataset& dataset, const IndexOptions& options)
      : model_(model),
        dataset_(dataset),
        options_(options),
        vqgan_(model.architecture<VqganArchitecture>()) {}

  TrainingIndexManifest build(const std::filesystem::path& path) {
    const Rows& training = dataset_.indices(Split::train);
    const Rows held_out = held_out_rows(dataset_, options_.most_held_out);
    check_sets(dataset_, vqgan_, training, held_out);
    check_memory(training.size() + held_out.size() * kThumbnailShifts,
                 vqgan_.grid() * vqgan_.grid(), model_.options().limits);
    // A held-out image is encoded, and then searched for.
    total_ = static_cast<std::int64_t>(training.size() + 2 * held_out.size());
    const KnownImages known = known_images(training);
    const SearchedImages others = searched_images(held_out);
    TrainingIndexManifest manifest;
    manifest.generator = "libraygen " RAYGEN_VERSION_STRING;
    manifest.tokenizer_sha256 = tokenizer_sha256(model_);
    manifest.extractor = kThumbnailExtractor;
    manifest.images = static_cast<std::int64_t>(training.size());
    manifest.grid = vqgan_.grid();
    manifest.codebook = vqgan_.codebook;
    manifest.resolution = vqgan_.resolution;
    manifest.held_out = static_cast<std::int64_t>(held_out.size());
    manifest.quantile = options_.quantile;
    manifest.thresholds = nearness_thresholds(searched(others, known), options_.quantile);
    manifest.named = options_.named;
    manifest.salt = sha256_hex(
        {static_cast<const char*>(known.tokens.const_data_ptr()), known.tokens.nbytes()});
    write(path, manifest, known, training);
    return manifest;
  }

 private:
  template <typename Action>
  auto guarded(const Action& action) const {
    const HostGuard guard(model_.compute(), model_.options().threads);
    return action();
  }

  void advance(std::int64_t images) {
    done_ += images;
    check_cancelled(options_.job);
    if (options_.progress && !options_.progress(done_, total_))
      fail(Status::cancelled, "the index was stopped after {} of {} images", done_, total_);
  }

  KnownImages known_images(const Rows& rows) {
    const at::Tensor features =
        at::empty({static_cast<std::int64_t>(rows.size()), kThumbnailSize}, at::kFloat);
    const at::Tensor tokens = encoded(rows, [&](std::int64_t first, const at::Tensor& grey) {
      features.narrow(0, first, grey.size(0)).copy_(thumbnails(grey));
    });
    return {tokens, features, vqgan_.grid()};
  }

  SearchedImages searched_images(const Rows& rows) {
    const at::Tensor features = at::empty(
        {static_cast<std::int64_t>(rows.size()), kThumbnailShifts, kThumbnailSize}, at::kFloat);
    const at::Tensor tokens = encoded(rows, [&](std::int64_t first, const at::Tensor& grey) {
      features.narrow(0, first, grey.size(0)).copy_(shifted_thumbnails(grey));
    });
    return {tokens, features};
  }

  /// Tokens uint16 [n,T]. each(first, grey): gets the pixels of images first…, [b,R,R], 0..1.
  template <typename Each>
  at::Tensor encoded(const Rows& rows, const Each& each) {
    const auto count = static_cast<std::int64_t>(rows.size());
    const std::int64_t positions = vqgan_.grid() * vqgan_.grid();
    at::Tensor all = at::empty({count, positions}, at::kUInt16);
    auto* const codes = all.mutable_data_ptr<std::uint16_t>();
    const std::int64_t together = model_.compute().device.is_cpu() ? 1 : kOnDeviceTogether;
    for (std::int64_t first = 0; first < count; first += together) {
      const std::int64_t some = std::min(together, count - first);
      guarded([&] {
        const auto begin = rows.begin() + first;
        const at::Tensor grey = unit_batch(dataset_, {begin, begin + some}, at::kCPU).squeeze(1);
        each(first, grey);
        const at::Tensor batch =
            grey.unsqueeze(3).expand({-1, -1, -1, vqgan_.in_channels}).contiguous();
        const at::Tensor tokens = model_.image_encoder().tokens(batch, scratch_).contiguous();
        std::transform(tokens.const_data_ptr<std::int32_t>(),
                       tokens.const_data_ptr<std::int32_t>() + tokens.numel(),
                       codes + first * positions,
                       [](std::int32_t token) { return static_cast<std::uint16_t>(token); });
      });
      advance(some);
    }
    return all;
  }

  std::vector<Nearness> searched(const SearchedImages& images, const KnownImages& known) {
    std::vector<Nearness> all;
    const std::int64_t count = images.tokens.size(0);
    for (std::int64_t first = 0; first < count; first += kCheckedEvery) {
      const std::int64_t some = std::min(kCheckedEvery, count - first);
      const std::vector<Nearness> found = guarded([&] {
        return nearness(
            {images.tokens.narrow(0, first, some), images.features.narrow(0, first, some)}, known);
      });
      all.insert(all.end(), found.begin(), found.end());
      advance(some);
    }
    return all;
  }

  /// uint8 [N,w]: hashes, or names filled up with zeros.
  at::Tensor ids(const TrainingIndexManifest& manifest, const Rows& rows) const {
    std::size_t width = index_format::hash_bytes;
    if (manifest.named) {
      width = 1;
      for (const std::size_t row : rows) width = std::max(width, dataset_.record(row).id.size());
    }
    if (width > static_cast<std::size_t>(index_format::most_name_bytes))
      fail(Status::limit, "{}: an id has {} bytes; at most {} are accepted",
           dataset_.folder().string(), width, index_format::most_name_bytes);
    const at::Tensor ids =
        at::zeros({manifest.images, static_cast<std::int64_t>(width)}, at::kByte);
    auto* out = ids.mutable_data_ptr<std::uint8_t>();
    for (const std::size_t row : rows) {
      const std::string& id = dataset_.record(row).id;
      const std::string bytes = manifest.named ? id : hash_bytes(manifest.salt, id);
      std::copy(bytes.begin(), bytes.end(), out);
      out += width;
    }
    return ids;
  }

  static std::string hash_bytes(const std::string& salt, const std::string& id) {
    const std::string hex = hashed_id(salt, id);
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      unsigned byte = 0;
      parse_number(std::string_view(hex).substr(i, 2), byte, 16);
      bytes += static_cast<char>(byte);
    }
    return bytes;
  }

  void write(const std::filesystem::path& path, const TrainingIndexManifest& manifest,
             const KnownImages& known, const Rows& rows) const {
    // Features first: then each tensor lies at a multiple of its numbers' size.
    write_safetensors(path,
                      {{index_format::features, known.features},
                       {index_format::tokens, known.tokens},
                       {index_format::ids, ids(manifest, rows)}},
                      {{index_format::metadata_key, to_json(manifest)}});
  }

  const Model& model_;
  const Dataset& dataset_;
  const IndexOptions& options_;
  const VqganArchitecture& vqgan_;
  Scratch scratch_;
  std::int64_t done_ = 0, total_ = 0;
};

}  // namespace

TrainingIndexManifest build_index(const Model& model, const Dataset& dataset,
                                  const std::filesystem::path& path, const IndexOptions& options) {
  check_options(options);
  return IndexBuilder(model, dataset, options).build(path);
}

}  // namespace raygen::engine
