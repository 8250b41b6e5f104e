#include "import/yaml_config.hpp"

#include "import/import_parts.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"

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

YAML::Node YamlConfig::value(const std::string& key) const {
  const YAML::Node child = node_[key];
  return child ? child : YAML::Node();
}

void YamlConfig::refuse(const std::string& key, const char* expected) const {
  const YAML::Node child = value(key);
  fail(Status::format, "{}: {} is {}, {} was expected", where_, key,
       child.IsScalar() ? in_quotes(child.Scalar()) : "no scalar", expected);
}

template <typename T>
std::optional<T> YamlConfig::get(const std::string& key, const char* expected) const {
  const YAML::Node child = value(key);
  if (child.IsNull()) return std::nullopt;
  try {
    return child.as<T>();
  } catch (const YAML::Exception&) {
    refuse(key, expected);
  }
}

// Numbers not by yaml-cpp, whose streams follow the host's std::locale: with a point for thousands
// it reads "16.384" as an integer.

std::optional<std::int64_t> YamlConfig::integer(const std::string& key) const {
  const YAML::Node child = value(key);
  if (child.IsNull()) return std::nullopt;
  std::int64_t number = 0;
  if (!child.IsScalar() || !parse_number(child.Scalar(), number)) refuse(key, "an integer");
  return number;
}
std::optional<bool> YamlConfig::boolean(const std::string& key) const {
  return get<bool>(key, "true or false");
}
std::optional<std::string> YamlConfig::string(const std::string& key) const {
  return get<std::string>(key, "a string");
}
std::optional<std::vector<std::int64_t>> YamlConfig::integers(const std::string& key) const {
  const YAML::Node child = value(key);
  if (child.IsNull()) return std::nullopt;
  constexpr const char* expected = "a list of integers";
  if (!child.IsSequence()) refuse(key, expected);
  std::vector<std::int64_t> numbers(child.size());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (!child[i].IsScalar() || !parse_number(child[i].Scalar(), numbers[i])) refuse(key, expected);
  return numbers;
}

}  // namespace raygen::engine
