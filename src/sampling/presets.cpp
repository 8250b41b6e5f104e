#include "sampling/config.hpp"

#include "config/read.hpp"

namespace raygen::engine {

namespace {

/// The table's defaults, changed by overrides.
Preset preset(const char* name, const char* meaning, const std::vector<std::string>& overrides) {
  Preset result{name, meaning, {}};
  for (const std::string& assignment : overrides)
    override_config(keys_of(result.options), assignment);
  return result;
}

}  // namespace

const std::vector<Preset>& sampling_presets() {
  static const std::vector<Preset> presets = {
      preset("raygen", "the defaults of RayGen's code", {}),
      preset("raygen-report", "the settings of the images in RayGen's report",
             {"steps=3", "temperature=1.3", "top_k_threshold=0.5"}),
  };
  return presets;
}

}  // namespace raygen::engine
