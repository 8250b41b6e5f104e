#pragma once
// A config written out: as YAML for a person, as JSON for a file, as a JSON Schema for a program.

#include "config/key.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace raygen::engine {

/// Every key with its value and, as a comment, what it means. `title` becomes the first comment.
/// Reading it back gives the same config.
std::string to_yaml(const ConfigKeys& keys, const std::string& title);

/// A key's value as YAML has it. Two values are equal exactly when their texts are.
std::string value_text(const ConfigKey& key);

/// The values, nested as the sections are.
nlohmann::ordered_json to_json(const ConfigKeys& keys);

/// A JSON Schema (draft 2020-12): type, range or choices, default (the value that the key has now),
/// meaning ("description") and source ("x-source").
nlohmann::ordered_json to_schema(const ConfigKeys& keys, const std::string& title);

}  // namespace raygen::engine
