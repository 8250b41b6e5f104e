#include "evaluation/feature_file.hpp"

#include "error.hpp"
#include "storage/mapped_file.hpp"
#include "storage/npy.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

at::Tensor only_tensor(const SafetensorsFile& file) {
  const auto& entries = file.entries();
  if (entries.size() == 1) return file.tensor(entries.begin()->first);
  if (entries.contains("features")) return file.tensor("features");
  fail(Status::format, "{} has {} tensors; one, or one that is named features, was expected",
       file.path().string(), entries.size());
}

}  // namespace

FeatureFile read_feature_file(const std::filesystem::path& path, const Limits& limits) {
  const auto bytes = MappedFile::open(path, limits.max_file_bytes);
  const at::Tensor stored =
      is_npy(*bytes) ? read_npy(*bytes, limits) : only_tensor(*SafetensorsFile::open(bytes));
  if (stored.dim() != 2 || stored.numel() == 0 || !stored.is_floating_point())
    fail(Status::format,
         "{}: features of floating point numbers [N,d], a row an image, were expected",
         path.string());
  if (static_cast<std::uint64_t>(stored.numel()) > limits.max_memory_bytes / sizeof(double))
    fail(Status::limit, "{} has {} numbers; at most {} were expected", path.string(),
         stored.numel(), limits.max_memory_bytes / sizeof(double));
  FeatureFile file;
  file.features = stored.to(at::kDouble).contiguous();
  const at::Tensor finite = file.features.isfinite().all(1);
  if (!finite.all().item<bool>())
    fail(Status::numeric, "{}: row {} holds NaN or infinity", path.string(),
         finite.to(at::kInt).argmin().item<std::int64_t>());
  file.description =
      formatted("{}, {}…", path.filename().string(), sha256_hex(bytes->text()).substr(0, 8));
  return file;
}

}  // namespace raygen::engine
