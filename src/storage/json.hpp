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

/// JSON as text, on one line or indented. All of ours is written here: a byte that is not UTF-8, of
/// a file's name say, becomes U+FFFD and never an exception.
std::string json_text(const Json& json, int indent = -1);
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

/// "seed was 1, is 2 now; …": in which values two records differ, the one that a folder was begun
/// with and that of now; empty when in none. Neither the order of keys nor how a number is written
/// matters. A key that `then` lacks was not there yet: its value was what `defaults` says, if that
/// has it. A key that `now` lacks is told as unknown.
std::string differences(const Json& then, const Json& now, const Json& defaults);

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
