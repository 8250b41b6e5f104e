#include "storage/json.hpp"

#include "error.hpp"

#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxValues = 2'000'000;

template <typename AnyJson>
std::string text_of(const AnyJson& json, int indent) {
  return json.dump(indent, ' ', false, AnyJson::error_handler_t::replace);
}

class Comparison {
 public:
  void compare(const Json& then, const Json& now, const Json& defaults, const std::string& path) {
    if (then.is_object() && now.is_object()) return objects(then, now, defaults, path);
    if (then.is_array() && now.is_array() && then.size() == now.size())
      return arrays(then, now, defaults, path);
    if (then != now) tell("{} was {}, is {} now", path, value(then), value(now));
  }
  const std::string& text() const { return text_; }

 private:
  void objects(const Json& then, const Json& now, const Json& defaults, const std::string& path) {
    const auto inside = [&](const std::string& key) {
      return path.empty() ? key : formatted("{}.{}", path, key);
    };
    static const Json none = Json::object();
    for (const auto& [key, own] : now.items()) {
      const bool has_default = defaults.is_object() && defaults.contains(key);
      const Json& usual = has_default ? defaults[key] : none;
      if (then.contains(key)) {
        compare(then[key], own, usual, inside(key));
      } else if (has_default) {
        compare(usual, own, usual, inside(key));
      } else {
        tell("{} was not said, is {} now", inside(key), value(own));
      }
    }
    for (const auto& [key, other] : then.items()) {
      if (!now.contains(key)) tell("{} was {}, which is not known here", inside(key), value(other));
    }
  }

  void arrays(const Json& then, const Json& now, const Json& defaults, const std::string& path) {
    const Json usual = defaults.is_array() && !defaults.empty() ? defaults[0] : Json();
    for (std::size_t i = 0; i < then.size(); ++i)
      compare(then[i], now[i], usual, formatted("{}[{}]", path, i));
  }

  template <typename... Args>
  void tell(fmt::format_string<Args...> format, Args&&... args) {
    text_ += (text_.empty() ? "" : "; ") + formatted(format, std::forward<Args>(args)...);
  }
  static std::string value(const Json& json) { return in_quotes(json_text(json)); }

  std::string text_;
};

const char* kind(const Json& value) { return value.is_number() ? "number" : value.type_name(); }

}  // namespace

std::string in_quotes(std::string_view name) {
  constexpr std::size_t longest = 160;
  std::string text = "'";
  for (const char c : name.substr(0, longest))
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (name.size() > longest) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0)
      text.pop_back();  // no half of a UTF-8 sequence
    text += "…";
  }
  return text + "'";
}

std::string json_text(const Json& json, int indent) { return text_of(json, indent); }
std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return text_of(json, indent);
}

std::string differences(const Json& then, const Json& now, const Json& defaults) {
  Comparison comparison;
  comparison.compare(then, now, defaults, "");
  return comparison.text();
}

Json parse_json(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> keys;
  std::size_t values = 0;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth)
      fail(Status::format, "{}: JSON is nested deeper than {} levels", where, kMaxDepth);
    if (++values > kMaxValues)
      fail(Status::format, "{}: JSON has more than {} values", where, kMaxValues);
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second)
        fail(Status::format, "{}: duplicate key {}", where, in_quotes(key));
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const Json::exception& error) {
    fail(Status::format, "{}: invalid JSON: {}", where, error.what());
  }
}

JsonObject::JsonObject(const Json& value, std::string name, std::string where)
    : value_(value), name_(std::move(name)), where_(std::move(where)) {
  if (!value.is_object()) {
    fail(Status::format, "{}: {} is a {}, an object was expected", where_,
         name_.empty() ? "the top level" : in_quotes(name_), kind(value));
  }
}

const Json& JsonObject::get(const std::string& key) {
  const auto found = value_.find(key);
  if (found == value_.end())
    fail(Status::format, "{}: key {} is missing", where_, in_quotes(path(key)));
  asked_.insert(key);
  return *found;
}

std::string JsonObject::string(const std::string& key) {
  const Json& value = get(key);
  if (!value.is_string())
    fail(Status::format, "{}: {} is a {}, a string was expected", where_, in_quotes(path(key)),
         kind(value));
  return value.get<std::string>();
}

std::int64_t JsonObject::integer(const std::string& key) {
  const Json& value = get(key);
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
  if (!fits)
    fail(Status::format, "{}: {} is {}, an integer was expected", where_, in_quotes(path(key)),
         in_quotes(json_text(value)));
  return value.get<std::int64_t>();
}

double JsonObject::number(const std::string& key) {
  const Json& value = get(key);
  if (!value.is_number())
    fail(Status::format, "{}: {} is a {}, a number was expected", where_, in_quotes(path(key)),
         kind(value));
  return value.get<double>();
}

bool JsonObject::boolean(const std::string& key) {
  const Json& value = get(key);
  if (!value.is_boolean())
    fail(Status::format, "{}: {} is a {}, true or false was expected", where_, in_quotes(path(key)),
         kind(value));
  return value.get<bool>();
}

void JsonObject::finish() const {
  for (const auto& [key, value] : value_.items()) {
    if (asked_.count(key) == 0)
      fail(Status::format, "{}: unknown key {}", where_, in_quotes(path(key)));
  }
}

}  // namespace raygen::engine
