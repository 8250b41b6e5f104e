#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{4} << 20;

/// The tensor as a bundle stores it.
at::Tensor weight(const at::Tensor& tensor, const std::string& name, const std::string& where) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
    case at::kHalf:
    case at::kBFloat16:
    case at::kDouble:
      break;
    default:
      fail(Status::format, "{}: tensor {} is {}, a weight was expected", where, in_quotes(name),
           c10::toString(tensor.scalar_type()));
  }
  const at::Tensor kept = tensor.scalar_type() == at::kDouble ? tensor.to(at::kFloat) : tensor;
  if (!kept.isfinite().all().item<bool>())
    fail(Status::numeric, "{}: tensor {} holds NaN or infinity", where, in_quotes(name));
  return kept;
}

}  // namespace

std::int64_t WeightTable::extent(const std::string& name, std::size_t dimensions,
                                 std::size_t dimension) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    fail(Status::format, "{}: tensor {} is missing", where_, in_quotes(name));
  const at::IntArrayRef shape = found->second.sizes();
  if (shape.size() != dimensions) {
    fail(Status::format, "{}: tensor {} has the shape [{}], {} dimensions were expected", where_,
         in_quotes(name), fmt::join(shape, ","), dimensions);
  }
  return shape[dimension];
}

std::int64_t WeightTable::count(const std::string& prefix) const {
  std::int64_t next = 0;
  for (;; ++next) {
    const std::string start = formatted("{}{}.", prefix, next);
    const auto found = tensors_.lower_bound(start);
    if (found == tensors_.end() || !found->first.starts_with(start)) return next;
  }
}

TensorMap WeightTable::select(const std::vector<TensorSpec>& specs,
                              const std::vector<std::string>& ignored) const {
  check_tensors(specs, forms_of(tensors_), where_, ignored);
  TensorMap selected;
  for (const TensorSpec& spec : specs)
    selected.emplace(spec.name, weight(tensors_.at(spec.name), spec.name, where_));
  return selected;
}

TensorMap without_wrappers(const TensorMap& tensors, const std::string& where) {
  static constexpr std::array<std::string_view, 3> wrappers = {"model.", "module.", "_orig_mod."};
  TensorMap plain;
  for (const auto& [name, tensor] : tensors) {
    std::string_view rest = name;
    for (bool found = true; found;) {
      found = false;
      for (const std::string_view wrapper : wrappers) {
        if (!rest.starts_with(wrapper)) continue;
        rest.remove_prefix(wrapper.size());
        found = true;
      }
    }
    if (!plain.emplace(rest, tensor).second)
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(std::string(rest)));
  }
  return plain;
}

std::string read_config(const std::filesystem::path& path, const Limits& limits) {
  return std::string(
      MappedFile::open(path, std::min(limits.max_file_bytes, kMaxConfigBytes))->text());
}

}  // namespace raygen::engine
