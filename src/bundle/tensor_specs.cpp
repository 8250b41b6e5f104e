#include "bundle/tensor_specs.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/safetensors_writer.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace raygen::engine {

namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return formatted("[{}]", fmt::join(shape, ","));
}

}  // namespace

void SpecList::add(std::string name, std::vector<std::int64_t> shape) {
  specs_.push_back({std::move(name), std::move(shape)});
}

void SpecList::affine(const std::string& prefix, std::vector<std::int64_t> weight) {
  const std::int64_t rows = weight.front();
  add(prefix + ".weight", std::move(weight));
  add(prefix + ".bias", {rows});
}

void SpecList::linear(const std::string& prefix, std::int64_t out, std::int64_t in) {
  affine(prefix, {out, in});
}

void SpecList::norm(const std::string& prefix, std::int64_t width) { affine(prefix, {width}); }

void SpecList::convolution(const std::string& prefix, std::int64_t out, std::int64_t in,
                           std::int64_t kernel) {
  affine(prefix, {out, in, kernel, kernel});
}

TensorForms forms_of(const TensorMap& tensors) {
  TensorForms forms;
  for (const auto& [name, tensor] : tensors)
    forms[name] = {tensor.sizes().vec(), tensor.scalar_type()};
  return forms;
}

TensorForms forms_of(const SafetensorsFile& file) {
  TensorForms forms;
  for (const auto& [name, entry] : file.entries()) forms[name] = {entry.shape, entry.dtype};
  return forms;
}

void check_tensors(const std::vector<TensorSpec>& specs, const TensorForms& there,
                   const std::string& where, const std::vector<std::string>& ignored) {
  std::set<std::string> known;
  for (const TensorSpec& spec : specs) {
    known.insert(spec.name);
    const auto found = there.find(spec.name);
    if (found == there.end()) {
      fail(Status::format, "{}: tensor {} of shape {} is missing", where, in_quotes(spec.name),
           shape_text(spec.shape));
    }
    if (found->second.shape != spec.shape) {
      fail(Status::format, "{}: tensor {} has the shape {}, the architecture asks for {}", where,
           in_quotes(spec.name), shape_text(found->second.shape), shape_text(spec.shape));
    }
  }
  for (const auto& [name, form] : there) {
    const auto starts = [&key = name](const std::string& start) { return key.starts_with(start); };
    if (known.count(name) == 0 && std::none_of(ignored.begin(), ignored.end(), starts))
      fail(Status::format, "{}: tensor {} is unknown to the architecture", where, in_quotes(name));
  }
}

void check_weight_types(const TensorForms& there, const std::string& where) {
  for (const auto& [name, form] : there) {
    if (form.type == at::kFloat || form.type == at::kHalf || form.type == at::kBFloat16) continue;
    fail(Status::format, "{}: tensor {} is {}, expected F32, F16 or BF16", where, in_quotes(name),
         safetensors_dtype(form.type));
  }
}

}  // namespace raygen::engine
