#include "training/state.hpp"

#include "error.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <vector>

namespace raygen::engine {

namespace {

constexpr const char* kVersion = "format_version";

template <typename Number>
Number parse(const std::string& text, const std::string& name, const std::string& where) {
  Number value{};
  if (!parse_number(text, value))
    fail(Status::format, "{}: the value {} is {}, a number was expected", where, name,
         in_quotes(text));
  return value;
}

}  // namespace

void TrainingState::set(const std::string& name, std::int64_t value) {
  values[name] = formatted("{}", value);
}
void TrainingState::set(const std::string& name, double value) {
  values[name] = formatted("{}", value);
}  // the shortest that reads back equal

const std::string& TrainingState::text(const std::string& name) const {
  const auto found = values.find(name);
  if (found == values.end()) fail(Status::format, "{}: the value {} is missing", where, name);
  return found->second;
}

std::int64_t TrainingState::integer(const std::string& name) const {
  return parse<std::int64_t>(text(name), name, where);
}
double TrainingState::number(const std::string& name) const {
  return parse<double>(text(name), name, where);
}

void TrainingState::copy_to(const std::string& name, const at::Tensor& target) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) fail(Status::format, "{}: the tensor {} is missing", where, name);
  if (found->second.sizes() != target.sizes()) {
    fail(Status::format, "{}: the tensor {} has the shape [{}]; [{}] was expected", where, name,
         fmt::join(found->second.sizes(), ","), fmt::join(target.sizes(), ","));
  }
  const at::NoGradGuard no_grad;
  target.copy_(found->second);
}

TensorMap TrainingState::with_prefix(const std::string& prefix) const {
  TensorMap all = tensors;
  return take_prefix(all, prefix);
}

void TrainingState::add(const std::string& prefix, const TensorMap& map) {
  for (const auto& [name, tensor] : map) tensors[prefix + name] = tensor;
}

TensorMap take_prefix(TensorMap& map, const std::string& prefix) {
  TensorMap taken;
  for (auto at = map.lower_bound(prefix); at != map.end() && at->first.starts_with(prefix);
       at = map.erase(at)) {
    taken[at->first.substr(prefix.size())] = at->second;
  }
  return taken;
}

void check_finite(const TrainingState& state, const std::string& where) {
  for (const auto& [name, tensor] : state.tensors) {
    if (tensor.is_floating_point() && !at::isfinite(tensor).all().item<bool>()) {
      fail(Status::numeric, "{}: the tensor {} holds NaN or infinity; nothing was written", where,
           name);
    }
  }
}

void write_state(const std::filesystem::path& path, const TrainingState& state) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& [name, tensor] : state.tensors)
    tensors.emplace_back(name, tensor.detach().to(at::kCPU).contiguous());
  std::map<std::string, std::string> values = state.values;
  values[kVersion] = formatted("{}", training_state_version);
  write_safetensors(path, tensors, values);
}

TrainingState read_state(const std::filesystem::path& path, const Limits& limits) {
  const auto file = SafetensorsFile::open(path, limits);
  TrainingState state;
  state.where = path.string();
  state.values = file->metadata();
  state.version =
      state.values.count(kVersion) == 0 ? version_of_the_versionless : state.integer(kVersion);
  check_format_version(state.version, training_state_version, kVersion, state.where);
  state.tensors = file->tensors();
  return state;
}

}  // namespace raygen::engine
