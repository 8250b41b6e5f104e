#include "bundle/tensor_specs.hpp"

#include "error.hpp"
#include "storage/int8_weight.hpp"
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

void SpecList::int8_weight(std::string name, std::int64_t out, std::int64_t in) {
  specs_.push_back({std::move(name), {out, in}, /*may_be_int8=*/true});
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

std::vector<TensorSpec> stored_specs(const std::vector<TensorSpec>& specs,
                                     const TensorForms& there) {
  std::vector<TensorSpec> stored;
  for (const TensorSpec& spec : specs) {
    stored.push_back(spec);
    const auto found = there.find(spec.name);
    if (spec.may_be_int8 && found != there.end() && found->second.type == at::kChar)
      stored.push_back({scale_name(spec.name), {spec.shape.front(), 1}});
  }
  return stored;
}

void check_stored(const std::vector<TensorSpec>& specs, const TensorForms& there,
                  const std::string& where) {
  const std::vector<TensorSpec> stored = stored_specs(specs, there);
  check_tensors(stored, there, where);
  std::set<std::string> scales;
  for (const TensorSpec& spec : specs) scales.insert(scale_name(spec.name));
  for (const TensorSpec& spec : stored) {
    const at::ScalarType type = there.at(spec.name).type;
    if (scales.contains(spec.name)) {
      if (type == at::kFloat) continue;
      fail(Status::format, "{}: tensor {} is {}, expected F32", where, in_quotes(spec.name),
           safetensors_dtype(type));
    }
    if (type == at::kFloat || type == at::kHalf || type == at::kBFloat16) continue;
    if (spec.may_be_int8 && type == at::kChar) continue;
    fail(Status::format, "{}: tensor {} is {}, expected F32, F16{} BF16{}", where,
         in_quotes(spec.name), safetensors_dtype(type), spec.may_be_int8 ? "," : " or",
         spec.may_be_int8 ? " or I8" : "");
  }
}

}  // namespace raygen::engine
