#include "evaluation/feature_cache.hpp"

#include "error.hpp"
#include "storage/safetensors.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace raygen::engine {

namespace {

constexpr std::size_t kDigits = 64;                     // of a SHA-256
constexpr std::size_t kFewestNew = 512, kShareNew = 8;  // of save_if_grown()

}  // namespace

FeatureCache::FeatureCache(std::filesystem::path path, std::string extractor, const Limits& limits)
    : path_(std::move(path)), extractor_(std::move(extractor)) {
  if (!std::filesystem::exists(path_)) return;
  const auto file = SafetensorsFile::open(path_, limits);
  const auto whose = file->metadata().find("extractor");
  if (whose == file->metadata().end() || !file->entries().contains("features") ||
      !file->entries().contains("sha256"))
    fail(Status::format, "{} is no cache of features; remove it or name another folder",
         path_.string());
  if (whose->second != extractor_) return;
  const at::Tensor features = file->tensor("features"), names = file->tensor("sha256");
  if (features.scalar_type() != at::kFloat || features.dim() != 2 ||
      names.scalar_type() != at::kByte || names.dim() != 2 ||
      names.size(1) != static_cast<std::int64_t>(kDigits) || names.size(0) != features.size(0))
    fail(Status::format, "{}: features F32 [N,d] and sha256 U8 [N,{}] were expected",
         path_.string(), kDigits);
  const auto* digits = names.const_data_ptr<std::uint8_t>();
  const auto* values = features.const_data_ptr<float>();
  for (std::int64_t row = 0; row < names.size(0); ++row)
    add({digits + row * names.size(1), digits + (row + 1) * names.size(1)},
        {values + row * features.size(1), values + (row + 1) * features.size(1)});
  saved_ = names_.size();
}

std::span<const float> FeatureCache::find(const std::string& sha256) const {
  const auto row = rows_.find(sha256);
  if (row == rows_.end()) return {};
  return {values_.data() + row->second * width_, width_};
}

void FeatureCache::add(const std::string& sha256, const std::vector<float>& features) {
  if (width_ == 0) width_ = features.size();
  if (features.empty() || features.size() != width_ || sha256.size() != kDigits)
    fail(Status::internal, "{} features of image {}; {} were expected", features.size(), sha256,
         width_);
  if (!std::all_of(features.begin(), features.end(), [](float x) { return std::isfinite(x); }))
    fail(Status::numeric, "the features of the image with SHA-256 {} are not all finite", sha256);
  if (!rows_.emplace(sha256, names_.size()).second) return;
  names_.push_back(sha256);
  values_.insert(values_.end(), features.begin(), features.end());
}

void FeatureCache::save_if_grown() {
  if (names_.size() - saved_ >= std::max(kFewestNew, names_.size() / kShareNew)) save();
}

void FeatureCache::save() {
  if (saved_ == names_.size()) return;
  const auto rows = static_cast<std::int64_t>(names_.size());
  at::Tensor names = at::empty({rows, static_cast<std::int64_t>(kDigits)}, at::kByte);
  auto* digits = names.mutable_data_ptr<std::uint8_t>();
  for (const std::string& name : names_) digits = std::copy(name.begin(), name.end(), digits);
  const at::Tensor features =
      at::from_blob(values_.data(), {rows, static_cast<std::int64_t>(width_)}, at::kFloat);
  write_safetensors(path_, {{"features", features}, {"sha256", names}},
                    {{"extractor", extractor_}});
  saved_ = names_.size();
}

}  // namespace raygen::engine
