#pragma once
// YAML (and with it JSON) configs of other people's training code: a few keys are looked up, the
// rest is theirs.

#include "limits.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

class YamlConfig {
 public:
  /// Throws Error(io | limit | format) naming the file and line.
  static YamlConfig read(const std::filesystem::path& path, const Limits& limits);

  /// The mapping under a key; empty when absent or something else.
  std::optional<YamlConfig> section(const std::string& key) const;
  /// nullopt when absent or null; Error(format) naming file, key and value when it is something
  /// else.
  std::optional<std::int64_t> integer(const std::string& key) const;
  std::optional<std::vector<std::int64_t>> integers(const std::string& key) const;
  std::optional<bool> boolean(const std::string& key) const;
  std::optional<std::string> string(const std::string& key) const;
  const std::string& where() const { return where_; }
  const YAML::Node& node() const { return node_; }

 private:
  YamlConfig(YAML::Node node, std::string where)
      : node_(std::move(node)), where_(std::move(where)) {}
  YAML::Node value(const std::string& key) const;  // Null when absent
  template <typename T>
  std::optional<T> get(const std::string& key, const char* expected) const;
  [[noreturn]] void refuse(const std::string& key, const char* expected) const;

  YAML::Node node_;
  std::string where_;
};

}  // namespace raygen::engine
