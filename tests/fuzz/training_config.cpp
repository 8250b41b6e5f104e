// Any bytes as a training's config: a YAML text and, each behind a zero, overrides. Refused with an
// Error, or printed and read again the same. And as the settings that a checkpoint keeps, of either
// version.

#include "training/config.hpp"

#include "config_parts.hpp"
#include "error.hpp"
#include "seeds.hpp"
#include "training/run_settings.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  const std::string zero(1, '\0');
  return {to_yaml(TrainingConfig{}),
          "{\"vqgan\": {\"channel_multipliers\": [1, 2], \"loop\": {\"steps\": 3}}}" + zero +
              "vqgan.loop.steps=100" + zero + "seed=18446744073709551615",
          to_text({{}, "vqgan", {{"dataset", std::string(64, 'a')}}}),
          "masked_decoder:\n  recipe: original\n  loop: &l {optimizer: {learning_rate: 1e-4}}\n"
          "vqgan: {enabled: false, loop: *l}\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ConfigParts parts(data, size);
  try {
    const std::string printed =
        to_yaml(training_config_from_yaml(parts.text, parts.overrides, "fuzz"));
    if (to_yaml(training_config_from_yaml(printed, {}, "again")) != printed) std::abort();
  } catch (const Error&) {
  }
  for (const std::int64_t version : {1, 2}) {
    try {
      check_same_run({{}, "vqgan", {{"dataset", std::string(64, 'a')}}}, parts.text, version,
                     "fuzz");
    } catch (const Error&) {
    }
  }
  return 0;
}
