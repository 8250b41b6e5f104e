#include "import/state_dict.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace raygen::engine {

namespace {

constexpr std::array<std::string_view, 9> kWeights = {"state_dict", "model",   "model_state_dict",
                                                      "module",     "params",  "net",
                                                      "network",    "weights", "model_weights"};
constexpr std::array<std::string_view, 9> kAverages = {
    "ema_state_dict", "state_dict_ema",       "model_ema",     "ema_model",    "ema",
    "params_ema",     "model_ema_state_dict", "average_model", "shadow_params"};
constexpr int kDeepestMapping = 4;
using Seen = std::set<const Pickle::Mapping*>;

bool holds_tensors(const Pickle& pickle, const Pickle::Mapping& mapping) {
  return std::any_of(mapping.items.begin(), mapping.items.end(), [&](const auto& item) {
    return std::holds_alternative<Pickle::Tensor>(pickle.at(item.second));
  });
}

/// `value` itself or, in {"model": {"state_dict": …}}, what lies deeper. Each mapping is looked
/// through once: they may hold each other.
const Pickle::Mapping* weights_in(const Pickle& pickle, const Pickle::Value& value,
                                  std::string& label, int depth, Seen& seen) {
  const auto* mapping = std::get_if<Pickle::Mapping>(&value);
  if (mapping == nullptr || depth > kDeepestMapping || !seen.insert(mapping).second) return nullptr;
  if (holds_tensors(pickle, *mapping)) return mapping;
  for (const auto& names : {kWeights, kAverages}) {
    for (const std::string_view name : names) {
      const Pickle::Value* inner = pickle.find(value, name);
      if (inner == nullptr) continue;
      std::string deeper = formatted("{}.{}", label, name);
      if (const auto* found = weights_in(pickle, *inner, deeper, depth + 1, seen)) {
        label = deeper;
        return found;
      }
    }
  }
  return nullptr;
}

[[noreturn]] void fail_no_mapping(const Pickle::Value& value, const std::string& what,
                                  const std::string& where) {
  if (std::holds_alternative<Pickle::Foreign>(value)) {
    fail(Status::unsupported,
         "{}: {} {}, which is never run; a mapping of names to tensors was expected, as "
         "torch.save(model.state_dict(), …) writes it",
         where, what, describe(value));
  }
  fail(Status::format, "{}: {} {}, a mapping of names to tensors was expected", where, what,
       describe(value));
}

}  // namespace

StateDict find_state_dict(const Pickle& pickle, const std::string& where) {
  const Pickle::Value& root = pickle.root();
  if (!std::holds_alternative<Pickle::Mapping>(root))
    fail_no_mapping(root, "the file holds", where);
  const auto& top = std::get<Pickle::Mapping>(root);
  StateDict found;
  Seen seen;
  for (const auto& names : {kWeights, kAverages}) {
    for (const std::string_view name : names) {
      const Pickle::Value* value = pickle.find(root, name);
      if (value == nullptr || std::holds_alternative<Pickle::Tensor>(*value)) continue;
      std::string label(name);
      const Pickle::Mapping* mapping = weights_in(pickle, *value, label, 1, seen);
      const bool average = names == kAverages;
      if (mapping != nullptr && found.mapping == nullptr) {
        found = {mapping, label, std::string(name), {}};
        if (average) found.label += " (an average of the weights)";
      } else if (average &&
                 (mapping != nullptr || std::holds_alternative<Pickle::Sequence>(*value))) {
        found.left_out.push_back(formatted("an average of the weights under '{}'", label));
      }
    }
    if (found.mapping == nullptr && holds_tensors(pickle, top)) break;
  }
  if (found.mapping != nullptr) return found;
  for (const std::string_view name : kWeights) {  // there, and no weights
    const Pickle::Value* value = pickle.find(root, name);
    if (value == nullptr || std::holds_alternative<Pickle::Tensor>(*value)) continue;
    const auto* mapping = std::get_if<Pickle::Mapping>(value);
    if (mapping == nullptr) fail_no_mapping(*value, formatted("'{}' is", name), where);
    return {mapping, std::string(name), std::string(name), {}};
  }
  return {&top, "the top level", "", {}};
}

bool may_hold_settings(std::string_view key) {
  const std::string name = ascii_lower(key);
  constexpr std::array<std::string_view, 9> others = {
      "optim", "sched", "scaler", "callback", "loops", "rng", "state_dict", "ema", "criterion"};
  if (name == "opt") return false;
  return std::none_of(others.begin(), others.end(), [&](std::string_view other) {
    return name.find(other) != std::string::npos;
  });
}

}  // namespace raygen::engine
