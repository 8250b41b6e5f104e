#include "import/settings.hpp"

#include "formatted.hpp"
#include "import/pickle_numbers.hpp"
#include "storage/json.hpp"

#include <algorithm>
#include <array>

namespace raygen::engine {

namespace {

constexpr int kDeepest = 16;
constexpr std::size_t kMost = 16384;  // values looked at
constexpr std::size_t kLongestKey = 128, kLongest = 4096;

/// Attributes that say where a node hangs, not what it holds: OmegaConf's.
constexpr std::array<std::string_view, 4> kNoSettings = {"_metadata", "_parent", "_flags_cache",
                                                         "_resolver_cache"};
/// Attributes under which an object keeps what it holds, which need not be told: OmegaConf's
/// containers, ml_collections' ConfigDict, pydantic's models.
constexpr std::array<std::string_view, 3> kContents = {"_content", "_fields", "__dict__"};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class PickleWalk {
 public:
  PickleWalk(const Pickle& pickle, const TensorValue& tensor_value, Settings& settings)
      : pickle_(pickle), tensor_value_(tensor_value), settings_(settings) {}

  void add(const Pickle::Value& value, const std::string& path, int depth) {
    if (!settings_.all || ++visited_ > kMost || depth > kDeepest) {
      settings_.all = settings_.all && visited_ <= kMost;
      return;
    }
    if (const std::optional<std::string> text = scalar(value, depth)) {
      if (!path.empty()) settings_.values[path] = *text;
    } else if (const auto* mapping = std::get_if<Pickle::Mapping>(&value)) {
      add_items(mapping->items, path, depth);
    } else if (const auto* sequence = std::get_if<Pickle::Sequence>(&value)) {
      for (std::size_t i = 0; i < sequence->items.size() && settings_.all; ++i)
        add(pickle_.at(sequence->items[i]), joined(path, formatted("{}", i)), depth + 1);
    } else if (const auto* object = std::get_if<Pickle::Foreign>(&value)) {
      if (!add_object(*object, path, depth) && !path.empty())
        settings_.unread[path] = describe(value);
    } else if (!path.empty()) {
      settings_.unread[path] = describe(value);
    }
  }

 private:
  static std::string joined(const std::string& path, const std::string& key) {
    return path.empty() ? key : formatted("{}.{}", path, key);
  }

  /// What a node of OmegaConf holds.
  const Pickle::Value* node_value(const Pickle::Value& state) const {
    constexpr std::size_t most_attributes = 16;
    const auto* attributes = std::get_if<Pickle::Mapping>(&state);
    const bool small = attributes != nullptr && attributes->items.size() <= most_attributes;
    return small ? pickle_.find(state, "_val") : nullptr;
  }

  std::optional<std::string> scalar(const Pickle::Value& value, int depth) const {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return formatted("{}", *integer);
    if (const auto* number = std::get_if<double>(&value)) return formatted("{}", *number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value))
      return text->size() <= kLongest ? std::optional(*text) : std::nullopt;
    if (const auto* tensor = std::get_if<Pickle::Tensor>(&value)) return tensor_value_(*tensor);
    const auto* object = std::get_if<Pickle::Foreign>(&value);
    if (object == nullptr) return std::nullopt;
    if (auto number = numpy_number(pickle_, *object)) return number;
    if (!object->state || depth > kDeepest) return std::nullopt;
    const Pickle::Value* held = node_value(pickle_.at(*object->state));
    return held == nullptr ? std::nullopt : scalar(*held, depth + 1);
  }

  void add_items(const std::vector<std::pair<Pickle::Ref, Pickle::Ref>>& items,
                 const std::string& path, int depth) {
    for (const auto& [key_ref, item] : items) {
      if (!settings_.all) return;
      const Pickle::Value& key = pickle_.at(key_ref);
      std::string name;
      if (const auto* text = std::get_if<std::string>(&key))
        name = *text;
      else if (const auto* number = std::get_if<std::int64_t>(&key))
        name = formatted("{}", *number);
      if (name.empty() || name.size() > kLongestKey || is_one_of(kNoSettings, name)) {
        if (++visited_ > kMost) settings_.all = false;
        continue;
      }
      add(pickle_.at(item), is_one_of(kContents, name) ? path : joined(path, name), depth + 1);
    }
  }

  /// Whether there was anything that could be read.
  bool add_object(const Pickle::Foreign& object, const std::string& path, int depth) {
    bool any = !object.items.empty();
    add_items(object.items, path, depth);
    if (object.state) any = add_state(pickle_.at(*object.state), path, depth) || any;
    if (object.arguments) any = add_arguments(pickle_.at(*object.arguments), path, depth) || any;
    return any;
  }

  /// Attributes: a mapping, or (attributes or None, those in slots).
  bool add_state(const Pickle::Value& state, const std::string& path, int depth) {
    if (depth > kDeepest) return false;
    if (const auto* mapping = std::get_if<Pickle::Mapping>(&state)) {
      if (node_value(state) != nullptr) return false;  // a node that is no number
      add_items(mapping->items, path, depth);
      return !mapping->items.empty();
    }
    bool any = false;
    if (const auto* parts = std::get_if<Pickle::Sequence>(&state)) {
      for (const Pickle::Ref part : parts->items) {
        if (++visited_ > kMost) settings_.all = false;
        if (!settings_.all) return any;
        if (std::holds_alternative<Pickle::Mapping>(pickle_.at(part)))
          any = add_state(pickle_.at(part), path, depth + 1) || any;
      }
    }
    return any;
  }

  /// A mapping, or the pairs of one: OrderedDict([("a", 1)]).
  bool add_arguments(const Pickle::Value& arguments, const std::string& path, int depth) {
    bool any = false;
    const auto* given = std::get_if<Pickle::Sequence>(&arguments);
    if (given == nullptr || given->items.size() != 1) return false;
    const Pickle::Value& only = pickle_.at(given->items[0]);
    if (const auto* mapping = std::get_if<Pickle::Mapping>(&only)) {
      add_items(mapping->items, path, depth);
      return !mapping->items.empty();
    }
    const auto* pairs = std::get_if<Pickle::Sequence>(&only);
    if (pairs == nullptr) return false;
    for (const Pickle::Ref ref : pairs->items) {
      if (++visited_ > kMost) settings_.all = false;
      if (!settings_.all) return any;
      const auto* pair = std::get_if<Pickle::Sequence>(&pickle_.at(ref));
      if (pair == nullptr || pair->items.size() != 2) continue;
      add_items({{pair->items[0], pair->items[1]}}, path, depth);
      any = true;
    }
    return any;
  }

  const Pickle& pickle_;
  const TensorValue& tensor_value_;
  Settings& settings_;
  std::size_t visited_ = 0;
};

class YamlWalk {
 public:
  explicit YamlWalk(Settings& settings) : settings_(settings) {}

  void add(const YAML::Node& node, const std::string& path, int depth) {
    if (!settings_.all || ++visited_ > kMost || depth > kDeepest) {
      settings_.all = settings_.all && visited_ <= kMost;
      return;
    }
    const std::string dot = path.empty() ? "" : ".";
    if (node.IsScalar()) {
      if (node.Scalar().size() <= kLongest) settings_.values[path] = node.Scalar();
    } else if (node.IsMap()) {
      for (const auto& item : node) {
        if (!item.first.IsScalar() || item.first.Scalar().size() > kLongestKey) continue;
        add(item.second, formatted("{}{}{}", path, dot, item.first.Scalar()), depth + 1);
      }
    } else if (node.IsSequence()) {
      std::size_t index = 0;
      for (const YAML::Node& item : node)
        add(item, formatted("{}{}{}", path, dot, index++), depth + 1);
    } else {
      settings_.unread[path] = "null";
    }
  }

 private:
  Settings& settings_;
  std::size_t visited_ = 0;
};

}  // namespace

void add_pickled_settings(const Pickle& pickle, const Pickle::Value& value,
                          const std::string& prefix, const TensorValue& tensor_value,
                          Settings& settings) {
  PickleWalk(pickle, tensor_value, settings).add(value, prefix, 0);
}

Settings yaml_settings(const YamlConfig& config) {
  Settings settings;
  YamlWalk(settings).add(config.node(), "", 0);
  return settings;
}

}  // namespace raygen::engine
