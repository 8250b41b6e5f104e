#include "import/yaml_config.hpp"

#include "import/import_parts.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

YamlConfig YamlConfig::read(const std::filesystem::path& path, const Limits& limits) {
  const std::string text = read_config(path, limits);
  try {
    YAML::Node node = YAML::Load(text);
    if (!node.IsMap())
      fail(Status::format, "{}: a mapping was expected at the top level", path.string());
    return {std::move(node), path.string()};
  } catch (const YAML::Exception& error) {
    fail(Status::format, "{}: invalid YAML: {}", path.string(), error.what());
  }
}

std::optional<YamlConfig> YamlConfig::section(const std::string& key) const {
  const YAML::Node child = node_[key];
  if (!child || !child.IsMap()) return std::nullopt;
  return YamlConfig(child, where_);
}

template <typename T>
std::optional<T> YamlConfig::get(const std::string& key, const char* expected) const {
  const YAML::Node child = node_[key];
  if (!child || child.IsNull()) return std::nullopt;
  try {
    return child.as<T>();
  } catch (const YAML::Exception&) {
    fail(Status::format, "{}: {} is {}, {} was expected", where_, key,
         child.IsScalar() ? in_quotes(child.Scalar()) : "no scalar", expected);
  }
}

std::optional<std::int64_t> YamlConfig::integer(const std::string& key) const {
  return get<std::int64_t>(key, "an integer");
}
std::optional<bool> YamlConfig::boolean(const std::string& key) const {
  return get<bool>(key, "true or false");
}
std::optional<std::string> YamlConfig::string(const std::string& key) const {
  return get<std::string>(key, "a string");
}
std::optional<std::vector<std::int64_t>> YamlConfig::integers(const std::string& key) const {
  return get<std::vector<std::int64_t>>(key, "a list of integers");
}

}  // namespace raygen::engine
