"""C++: the options of sampling as typed fields."""

from . import OF_THE_SCHEMA
from .schema import wrapped

TYPES = {"integer": "std::int64_t", "number": "double", "string": "std::string", "boolean": "bool"}
HEAD = """#pragma once
// How images are sampled, as typed fields.

#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace raygen {

namespace detail {

inline std::string value_text(const std::string& value) { return value; }
inline std::string value_text(bool value) { return value ? "true" : "false"; }
inline std::string value_text(std::int64_t value) { return std::to_string(value); }
/// The shortest that reads as the same number, whatever the locale.
inline std::string value_text(double value) {
  for (int digits = 15;; ++digits) {
    std::stringstream text;
    text.imbue(std::locale::classic());
    text.precision(digits);
    text << value;
    double back = 0;
    if (digits == 17 || (text >> back && back == value)) return text.str();
  }
}

template <typename T>
void add_override(std::vector<std::string>& overrides, const char* name,
                  const std::optional<T>& value) {
  if (value) overrides.push_back(std::string(name) + "=" + value_text(*value));
}

}  // namespace detail

/// How images are sampled. A field that is set wins over the config. Without either, a value is the
/// preset's where one is named, else the model's, else the library's default.
struct Sampling {
"""


def sampling(keys):
    out = f"// {OF_THE_SCHEMA}\n{HEAD}"
    for key in keys:
        out += wrapped(key.doc(), "  /// ") + f"  std::optional<{TYPES[key.type]}> {key.name};\n"
    out += '\n  /// What is set: "steps=12", …\n  std::vector<std::string> overrides() const {\n    std::vector<std::string> set;\n'
    out += "".join(f'    detail::add_override(set, "{key.name}", {key.name});\n' for key in keys)
    return out + "    return set;\n  }\n};\n\n}  // namespace raygen\n"
