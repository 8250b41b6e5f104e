// Any bytes as the settings of an image: a preset, YAML or JSON, and overrides; and as a model's
// generation_config.json. Refused with an Error, or printed and read again the same.

#include "sampling/config.hpp"

#include "config_parts.hpp"
#include "error.hpp"
#include "seeds.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

void check(const SamplingOptions& options) {
  const std::string yaml = sampling_to_yaml(options), json = sampling_to_json(options).dump();
  if (sampling_to_yaml(resolve_sampling({}, yaml, {}, "again")) != yaml) std::abort();
  if (sampling_to_json(sampling_from_json(json, "again")).dump() != json) std::abort();
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const std::string zero(1, '\0');
  std::vector<std::string> seeds = {sampling_to_yaml({}), sampling_to_json({}).dump(),
                                    "steps: 3" + zero + "temperature=0.5" + zero + "steps=12"};
  for (const Preset& preset : sampling_presets()) {
    seeds.push_back(preset.name);
    seeds.push_back("{\"preset\": \"" + preset.name + "\", \"steps\": 4}");
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ConfigParts parts(data, size);
  try {
    check(resolve_sampling({}, parts.text, parts.overrides, "fuzz"));
  } catch (const Error&) {
  }
  try {
    check(sampling_from_json(parts.text, "fuzz"));
  } catch (const Error&) {
  }
  return 0;
}
