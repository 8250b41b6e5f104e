"""C++: the options of sampling as typed fields."""

from . import OF_THE_SCHEMA
from .schema import wrapped

TYPES = {"integer": "std::int64_t", "number": "double", "string": "std::string", "boolean": "bool"}
HEAD = """#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

/// How images are sampled. A field that is set wins over the config. Without either, a value is the
/// preset's where one is named, else the model's, else the library's default.
struct Sampling {
"""
TAIL = r"""    return set;
  }
  /// The same as a config, for Options::image_configs: YAML, a key a line.
  std::string config() const {
    std::string yaml;
    for (const std::string& assignment : overrides()) {
      const std::size_t equals = assignment.find('=');
      yaml += assignment.substr(0, equals) + ": " + quoted(assignment.substr(equals + 1)) + "\n";
    }
    return yaml;
  }

 private:
  static std::string quoted(const std::string& value) {
    constexpr const char* digits = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : value) {
      const auto code = static_cast<unsigned char>(c);
      if (code < 0x20 || c == '"' || c == '\\') {
        result += "\\x";
        result += digits[code >> 4];
        result += digits[code & 15];
      } else {
        result += c;
      }
    }
    return result + "\"";
  }
  static std::string text(const std::string& value) { return value; }
  static std::string text(bool value) { return value ? "true" : "false"; }
  /// Whatever the locale, the fewest digits that give the number back.
  template <typename Number>
  static std::string text(Number value) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }
  template <typename T>
  static void put(std::vector<std::string>& set, const char* name, const std::optional<T>& value) {
    if (!value) return;
    std::string assignment(name);  // put together so that GCC 12 warns of nothing
    assignment += '=';
    assignment += text(*value);
    set.push_back(std::move(assignment));
  }
};

}  // namespace raygen
"""


def sampling(keys):
    out = f"// {OF_THE_SCHEMA}\n{HEAD}"
    for key in keys:
        out += wrapped(key.doc(), "  /// ") + f"  std::optional<{TYPES[key.type]}> {key.name};\n"
    out += "\n  /// What is set, as raygen_options::overrides wants it: \"steps=12\", …\n  std::vector<std::string> overrides() const {\n"
    out += "    std::vector<std::string> set;\n" + "".join(f'    put(set, "{key.name}", {key.name});\n' for key in keys)
    return out + TAIL
