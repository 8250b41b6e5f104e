#pragma once
// YAML, of which JSON is a part, into the values that keys point to. The text is a stranger's.

#include "config/key.hpp"

#include <string>
#include <vector>

namespace raygen::engine {

/// Puts what a config's text says into the keys' values; what it leaves out stays. Unknown keys are
/// refused with the nearest known name; values are checked for type and range. Throws Error(format)
/// naming `where`, line and key.
void read_config(const ConfigKeys& keys, const std::string& text, const std::string& where);

/// A key of a config that this library does not know, with its value as it may stand in a message.
struct UnknownKey {
  std::string path, value;
};
/// The same of a config that another version of libraygen wrote: keys that are unknown here are
/// returned, a section's with all that is in it as one.
std::vector<UnknownKey> read_foreign_config(const ConfigKeys& keys, const std::string& text,
                                            const std::string& where);

/// Sets one value: "vqgan.loop.steps=100". Throws Error(invalid_argument).
void override_config(const ConfigKeys& keys, const std::string& assignment);

/// The name of `names` that looks most like `name`. Letters in either case are the same.
const std::string& nearest_name(const std::string& name, const std::vector<std::string>& names);

}  // namespace raygen::engine
