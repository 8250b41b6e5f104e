#include "sampling/options.hpp"

#include "error.hpp"
#include "sampling/guidance.hpp"
#include "sampling/policies.hpp"

namespace raygen::engine {

namespace {

void add(ConfigKeys& keys, const char* name, ConfigKey::Value value, Range range,
         const char* meaning, const char* source) {
  keys.push_back({name, value, meaning, range, {}, source});
}
void add(ConfigKeys& keys, const char* name, ConfigKey::Value value,
         std::vector<std::string> choices, const char* meaning, const char* source) {
  keys.push_back({name, value, meaning, {}, std::move(choices), source});
}

}  // namespace

ConfigKeys keys_of(SamplingOptions& options) {
  ConfigKeys keys;
#define RAYGEN_SAMPLING_OPTION(type, name, value, allowed, meaning, source) \
  add(keys, #name, &options.name, allowed, meaning, source);
#include "sampling/options.def"
#undef RAYGEN_SAMPLING_OPTION
  return keys;
}

void check_together(const SamplingOptions& options, const std::string& where) {
  if (options.guidance_first_step >= options.steps) {
    fail(Status::invalid_argument,
         "{}: guidance_first_step is {}; 0 to {} was expected, since steps is {}", where,
         options.guidance_first_step, options.steps - 1, options.steps);
  }
  if (options.remasking == "loop" && options.loop_from >= options.loop_until) {
    fail(Status::invalid_argument, "{}: loop_from is {}; less than loop_until, {}, was expected",
         where, options.loop_from, options.loop_until);
  }
  if (options.position_choice == "entropy" && options.remasking != "none") {
    fail(
        Status::invalid_argument,
        "{}: remasking is \"{}\"; \"none\" was expected, since position_choice \"entropy\" decides "
        "how many tokens are kept",
        where, options.remasking);
  }
}

}  // namespace raygen::engine
