#include "config/print.hpp"

#include "formatted.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

using nlohmann::ordered_json;

struct Print {
  std::string operator()(const Section&) const { return ""; }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::int64_t* value) const { return formatted("{}", *value); }
  std::string operator()(const std::uint64_t* value) const { return formatted("{}", *value); }
  std::string operator()(const double* value) const { return formatted("{}", *value); }
  std::string operator()(const std::vector<std::int64_t>* list) const {
    return formatted("[{}]", fmt::join(*list, ", "));
  }
  /// A plain word as it is, all else in quotes as JSON has them, which YAML reads alike.
  std::string operator()(const std::string* value) const {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool word = !value->empty() && value->front() >= 'a' &&
                      std::all_of(value->begin(), value->end(), plain) && *value != "null";
    return word ? *value : json_text(ordered_json(*value));
  }
};

struct Value {
  ordered_json operator()(const Section&) const { return ordered_json::object(); }
  template <typename T>
  ordered_json operator()(const T* value) const {
    return *value;
  }
};

struct Describe {
  const ConfigKey& key;

  ordered_json operator()(const Section&) const {
    return {{"type", "object"},
            {"additionalProperties", false},
            {"properties", ordered_json::object()}};
  }
  ordered_json operator()(const bool*) const { return {{"type", "boolean"}}; }
  ordered_json operator()(const std::int64_t*) const { return number("integer", true); }
  ordered_json operator()(const std::uint64_t*) const {
    return {{"type", "integer"}, {"minimum", 0}};
  }
  ordered_json operator()(const double*) const { return number("number", false); }
  ordered_json operator()(const std::vector<std::int64_t>*) const {
    return {{"type", "array"}, {"items", number("integer", true)}};
  }
  ordered_json operator()(const std::string*) const {
    ordered_json json = {{"type", "string"}};
    if (!key.choices.empty()) json["enum"] = key.choices;
    return json;
  }

 private:
  ordered_json number(const char* type, bool whole) const {
    const auto bound = [&](double value) {
      return whole ? ordered_json(static_cast<std::int64_t>(value)) : ordered_json(value);
    };
    ordered_json json = {{"type", type}};
    if (std::isfinite(key.range.least)) json["minimum"] = bound(key.range.least);
    if (std::isfinite(key.range.most) && key.range.most < no_bound)
      json[key.range.below ? "exclusiveMaximum" : "maximum"] = bound(key.range.most);
    return json;
  }
};

/// The member of `root` that a path leads to, through `inner` of every section on the way.
ordered_json& place(ordered_json& root, const std::string& path, const char* inner) {
  ordered_json* at = &root;
  for (std::size_t begin = 0, end = 0; end != path.npos; begin = end + 1) {
    end = path.find('.', begin);
    if (inner != nullptr) at = &(*at)[inner];
    at = &(*at)[path.substr(begin, end - begin)];
  }
  return *at;
}

}  // namespace

std::string value_text(const ConfigKey& key) { return std::visit(Print{}, key.value); }

std::string to_yaml(const ConfigKeys& keys, const std::string& title) {
  constexpr std::size_t column = 48;  // where the comments begin
  std::string text = formatted("# {}\n", title);
  for (const ConfigKey& key : keys) {
    const auto depth = static_cast<std::size_t>(std::count(key.path.begin(), key.path.end(), '.'));
    const std::string name = key.path.substr(key.path.rfind('.') + 1);  // npos + 1 is 0
    std::string line = formatted("{:{}}{}:", "", 2 * depth, name);
    if (!key.is_section()) line += formatted(" {}", value_text(key));
    if (key.is_section() && depth == 0) text += "\n";
    text += formatted("{:<{}}  # {}\n", line, column, key.meaning);
  }
  return text;
}

ordered_json to_json(const ConfigKeys& keys) {
  ordered_json json = ordered_json::object();
  for (const ConfigKey& key : keys) place(json, key.path, nullptr) = std::visit(Value{}, key.value);
  return json;
}

ordered_json to_schema(const ConfigKeys& keys, const std::string& title) {
  ordered_json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", title},
                         {"type", "object"},
                         {"additionalProperties", false},
                         {"properties", ordered_json::object()}};
  for (const ConfigKey& key : keys) {
    ordered_json described = std::visit(Describe{key}, key.value);
    if (!key.is_section()) described["default"] = std::visit(Value{}, key.value);
    described["description"] = key.meaning;
    if (!key.source.empty()) described["x-source"] = key.source;
    place(schema, key.path, "properties") = std::move(described);
  }
  return schema;
}

}  // namespace raygen::engine
