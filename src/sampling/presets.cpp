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
      preset(
          "maskgit", "MaskGIT's code: positions by confidence with noise that fades",
          {"steps=12", "time_grid=maskgit", "position_choice=maskgit", "token_choice=multinomial"}),
      preset("halton", "Halton-MaskGIT's code: positions spread over the grid",
             {"steps=32", "schedule=arccos", "time_grid=maskgit", "position_choice=halton",
              "halton_roll=true", "token_choice=multinomial", "cooling=1.2"}),
      preset("entropy", "EB-Sampler: as many positions a step as are certain together",
             {"steps=32", "time_grid=maskgit", "position_choice=entropy",
              "token_choice=multinomial", "temperature=0.8", "cooling=2"}),
      preset("remdm", "MaskGIT with kept tokens that are masked again (ReMDM)",
             {"steps=32", "time_grid=maskgit", "position_choice=maskgit",
              "token_choice=multinomial", "remasking=cap"}),
  };
  return presets;
}

}  // namespace raygen::engine
