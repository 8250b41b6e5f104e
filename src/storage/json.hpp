#pragma once
// JSON from files that nobody vouches for: bounded, without duplicate keys, errors that name the
// key.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

namespace raygen::engine {

using Json = nlohmann::json;

/// Throws Error(format) on invalid JSON, duplicate keys, more than 32 levels or more than two
/// million values.
Json parse_json(std::string_view text, const std::string& where);

/// A name from a file as it may stand in a message: quoted, control characters replaced, cut when
/// long.
std::string in_quotes(std::string_view name);

/// The members of one object, each asked for once; `finish` refuses what was not asked for.
class JsonObject {
 public:
  /// `name` is what the object is called in messages. Throws Error(format) when `value` is no
  /// object.
  JsonObject(const Json& value, std::string name, std::string where);

  const Json& get(const std::string& key);
  bool contains(const std::string& key) const { return value_.contains(key); }
  std::string string(const std::string& key);
  std::int64_t integer(const std::string& key);
  double number(const std::string& key);
  bool boolean(const std::string& key);
  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }
  const std::string& where() const { return where_; }
  void finish() const;

 private:
  const Json& value_;
  std::string name_, where_;
  std::set<std::string> asked_;
};

}  // namespace raygen::engine
