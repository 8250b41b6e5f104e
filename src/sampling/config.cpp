#include "sampling/config.hpp"

#include "config/print.hpp"
#include "config/read.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <algorithm>
#include <optional>

namespace raygen::engine {

namespace {

constexpr const char* title = "How images are sampled: every option with its value and meaning.";

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : sampling_presets()) names.push_back(preset.name);
  return names;
}

const SamplingOptions& preset_of(const std::string& name, const std::string& where) {
  for (const Preset& preset : sampling_presets())
    if (preset.name == name) return preset.options;
  fail(Status::invalid_argument, "{}: there is no preset {}; the nearest is {}", where,
       in_quotes(name), nearest_name(name, preset_names()));
}

/// A preset is a word; anything else is a text with keys.
bool is_name(const std::string& config) {
  return !config.empty() && std::all_of(config.begin(), config.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// The options' keys and, first, the preset's name.
ConfigKeys keys_with_preset(SamplingOptions& options, std::string& preset) {
  ConfigKeys keys = {{"preset", &preset, "Options under a name, which other keys change.", {}, {}}};
  for (ConfigKey& key : keys_of(options)) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

SamplingOptions resolve_sampling(const SamplingOptions& defaults, const std::string& config,
                                 const std::vector<std::string>& overrides,
                                 const std::string& where) {
  SamplingOptions options = defaults;
  std::string preset;
  const ConfigKeys keys = keys_with_preset(options, preset);
  const auto read = [&] {
    if (!is_name(config)) read_config(keys, config, where);
    for (const std::string& assignment : overrides) override_config(keys, assignment);
  };
  if (is_name(config)) preset = config;
  read();
  if (!preset.empty()) {
    options = preset_of(preset, where);  // what the preset is laid under was not known before
    read();
  }
  check_together(options, where);
  return options;
}

SamplingOptions sampling_from_json(const std::string& json, const std::string& where) {
  parse_json(json, where);  // YAML would do, but the file's name says JSON
  return resolve_sampling({}, json, {}, where);
}

std::string sampling_to_yaml(const SamplingOptions& options) {
  SamplingOptions copy = options;
  return to_yaml(keys_of(copy), title);
}

nlohmann::ordered_json sampling_to_json(const SamplingOptions& options) {
  SamplingOptions copy = options;
  return to_json(keys_of(copy));
}

std::string sampling_schema() {
  SamplingOptions defaults;
  std::string preset;
  ConfigKeys keys = keys_with_preset(defaults, preset);
  keys.front().choices = preset_names();
  nlohmann::ordered_json schema = to_schema(keys, title);
  schema["properties"]["preset"].erase("default");
  for (const Preset& each : sampling_presets()) {
    schema["x-presets"][each.name] = {{"description", each.meaning},
                                      {"values", sampling_to_json(each.options)}};
  }
  return json_text(schema, 2) + "\n";
}

}  // namespace raygen::engine
