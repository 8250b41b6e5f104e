#pragma once
// What other people's training code wrote down beside its weights, as text: "model.n_heads" → "8".

#include "import/unpickler.hpp"
#include "import/yaml_config.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace raygen::engine {

struct Settings {
  std::map<std::string, std::string> values;  // numbers, strings and bools, by dotted path
  std::map<std::string, std::string> unread;  // what is no such value: "None", "'some.Class'"
  bool all = true;                            // false: there were more than are looked through
};

/// The one number that a tensor holds; nothing when it holds several.
using TensorValue = std::function<std::optional<std::string>(const Pickle::Tensor&)>;

/// Adds what `value` holds under `prefix` ("" or "a.b."). Mappings are walked, and so is the data
/// of inert objects: attributes (argparse.Namespace, dataclasses), items of dictionaries,
/// OmegaConf's nodes, NumPy's scalars. Bounded, because the values may point at each other in
/// circles.
void add_pickled_settings(const Pickle& pickle, const Pickle::Value& value,
                          const std::string& prefix, const TensorValue& tensor_value,
                          Settings& settings);

/// The same of a YAML or JSON file.
Settings yaml_settings(const YamlConfig& config);

}  // namespace raygen::engine
