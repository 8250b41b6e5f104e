#pragma once
// From what a caller says to the options of sampling.

#include "sampling/options.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Options under a name, in the order of the documentation.
struct Preset {
  std::string name;
  std::string meaning;
  SamplingOptions options;
};
const std::vector<Preset>& sampling_presets();

/// `config` is empty, the name of a preset, or YAML or JSON with keys of options.def and `preset`;
/// then come `overrides` ("steps=12"). What neither names is the preset's value where one is named,
/// else that of `defaults`. Throws Error(format | invalid_argument) naming `where` and the key.
SamplingOptions resolve_sampling(const SamplingOptions& defaults, const std::string& config,
                                 const std::vector<std::string>& overrides,
                                 const std::string& where);

/// What a bundle's generation_config.json says. Throws Error(format) naming `where` and the key.
SamplingOptions sampling_from_json(const std::string& json, const std::string& where);

/// Every option with its value and meaning.
std::string sampling_to_yaml(const SamplingOptions& options);
nlohmann::ordered_json sampling_to_json(const SamplingOptions& options);
/// A JSON Schema of every key, `preset` too, with the presets' values under "x-presets".
std::string sampling_schema();

}  // namespace raygen::engine
