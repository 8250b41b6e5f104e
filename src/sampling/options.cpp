#include "sampling/options.hpp"

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

}  // namespace raygen::engine
