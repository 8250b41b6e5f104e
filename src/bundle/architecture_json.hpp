#pragma once
// A network's sizes as a JSON object: one list of keys, walked to write and to read.
//
//   template <typename Visitor, typename Sizes>
//   void visit(Visitor& visitor, Sizes& sizes) { visitor("width", sizes.width); … }

#include "error.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace raygen::engine {

/// What the values of an enumeration are called, in their order: `values`.
template <typename Enum>
struct Names;

class SizesWriter {
 public:
  template <typename T>
  void operator()(const char* key, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      object_[key] = Names<T>::values[static_cast<std::size_t>(value)];
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      nlohmann::ordered_json list = nlohmann::ordered_json::array();
      for (const double number : value)  // JSON has no NaN
        list.push_back(std::isnan(number) ? nlohmann::ordered_json()
                                          : nlohmann::ordered_json(number));
      object_[key] = std::move(list);
    } else {
      object_[key] = value;
    }
  }
  nlohmann::ordered_json take() { return std::move(object_); }

 private:
  nlohmann::ordered_json object_ = nlohmann::ordered_json::object();
};

/// Wrong types and missing keys are Errors(format) naming the key; so are keys that were not asked
/// for, in finish().
class SizesReader {
 public:
  SizesReader(const Json& value, const std::string& name, const std::string& where)
      : object_(value, name, where) {}

  void operator()(const char* key, std::int64_t& value) { value = object_.integer(key); }
  void operator()(const char* key, double& value) { value = object_.number(key); }
  void operator()(const char* key, bool& value) { value = object_.boolean(key); }
  void operator()(const char* key, std::string& value) { value = object_.string(key); }
  template <typename T>
  void operator()(const char* key, std::vector<T>& values) {
    const Json& list = object_.get(key);
    if (!list.is_array())
      fail(Status::format, "{}: {} is not a list", object_.where(), in_quotes(object_.path(key)));
    values.clear();
    for (const Json& item : list) {
      const Json wrapped = {{"items", item}};
      JsonObject one(wrapped, object_.path(key), object_.where());
      if constexpr (std::is_same_v<T, bool>) {
        values.push_back(one.boolean("items"));
      } else if constexpr (std::is_same_v<T, std::string>) {
        values.push_back(one.string("items"));
      } else if constexpr (std::is_same_v<T, double>) {  // null: NaN
        values.push_back(item.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                        : one.number("items"));
      } else {
        values.push_back(one.integer("items"));
      }
    }
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum& value) {
    const std::string name = object_.string(key);
    const auto& names = Names<Enum>::values;
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (name == names[i]) {
        value = static_cast<Enum>(i);
        return;
      }
    }
    fail(Status::format, "{}: {} is {}, expected '{}'", object_.where(),
         in_quotes(object_.path(key)), in_quotes(name), fmt::join(names, "' or '"));
  }
  void finish() const { object_.finish(); }

 private:
  JsonObject object_;
};

}  // namespace raygen::engine
