#include "config/print.hpp"

#include "formatted.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace raygen::engine {

namespace {

using Json = nlohmann::ordered_json;

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
    return word ? *value : Json(*value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
};

struct Value {
  Json operator()(const Section&) const { return Json::object(); }
  template <typename T>
  Json operator()(const T* value) const {
    return *value;
  }
};

struct Describe {
  const ConfigKey& key;

  Json operator()(const Section&) const {
    return {{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
  }
  Json operator()(const bool*) const { return {{"type", "boolean"}}; }
  Json operator()(const std::int64_t*) const { return number("integer", true); }
  Json operator()(const std::uint64_t*) const { return {{"type", "integer"}, {"minimum", 0}}; }
  Json operator()(const double*) const { return number("number", false); }
  Json operator()(const std::vector<std::int64_t>*) const {
    return {{"type", "array"}, {"items", number("integer", true)}};
  }
  Json operator()(const std::string*) const {
    Json json = {{"type", "string"}};
    if (!key.choices.empty()) json["enum"] = key.choices;
    return json;
  }

 private:
  Json number(const char* type, bool whole) const {
    const auto bound = [&](double value) {
      return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
    };
    Json json = {{"type", type}};
    if (std::isfinite(key.range.least)) json["minimum"] = bound(key.range.least);
    if (std::isfinite(key.range.most) && key.range.most < no_bound)
      json[key.range.below ? "exclusiveMaximum" : "maximum"] = bound(key.range.most);
    return json;
  }
};

/// The member of `root` that a path leads to, through `inner` of every section on the way.
Json& place(Json& root, const std::string& path, const char* inner) {
  Json* at = &root;
  std::istringstream names(path);
  for (std::string name; std::getline(names, name, '.');) {
    if (inner != nullptr) at = &(*at)[inner];
    at = &(*at)[name];
  }
  return *at;
}

}  // namespace

std::string to_yaml(const ConfigKeys& keys, const std::string& title) {
  constexpr std::size_t column = 48;  // where the comments begin
  std::string text = formatted("# {}\n", title);
  for (const ConfigKey& key : keys) {
    const auto depth = static_cast<std::size_t>(std::count(key.path.begin(), key.path.end(), '.'));
    const std::string name = key.path.substr(key.path.rfind('.') + 1);  // npos + 1 is 0
    std::string line = formatted("{:{}}{}:", "", 2 * depth, name);
    if (!key.is_section()) line += formatted(" {}", std::visit(Print{}, key.value));
    if (key.is_section() && depth == 0) text += "\n";
    text += formatted("{:<{}}  # {}\n", line, column, key.meaning);
  }
  return text;
}

Json to_json(const ConfigKeys& keys) {
  Json json = Json::object();
  for (const ConfigKey& key : keys) place(json, key.path, nullptr) = std::visit(Value{}, key.value);
  return json;
}

Json to_schema(const ConfigKeys& keys, const std::string& title) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", title},
                 {"type", "object"},
                 {"additionalProperties", false},
                 {"properties", Json::object()}};
  for (const ConfigKey& key : keys) {
    Json described = std::visit(Describe{key}, key.value);
    if (!key.is_section()) described["default"] = std::visit(Value{}, key.value);
    described["description"] = key.meaning;
    if (!key.source.empty()) described["x-source"] = key.source;
    place(schema, key.path, "properties") = std::move(described);
  }
  return schema;
}

}  // namespace raygen::engine
