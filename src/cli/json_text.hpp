#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace raygen::cli {

/// A value as a person reads it: a string without its quotes. Json: nlohmann's, ordered or not.
template <typename Json>
std::string text_of(const Json& value) {
  return value.is_string() ? value.template get<std::string>() : value.dump();
}

}  // namespace raygen::cli
