#include "door.hpp"

extern "C" {

void(raygen_options_init)(raygen_options* options, size_t struct_size) {
  const raygen::engine::GenerateOptions defaults;
  raygen_options value{};
  value.images_per_prompt = static_cast<int32_t>(defaults.images_per_prompt);
  value.batch_size = static_cast<int32_t>(defaults.batch_size);
  value.prompts_per_mix = defaults.prompts_per_mix;
  value.reject_tries = static_cast<int32_t>(defaults.reject_near.tries);
  raygen::capi::initialize(options, struct_size, value);
}

}  // extern "C"
