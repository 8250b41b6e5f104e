#pragma once
// fmt, compiled once. LibTorch brings headers of fmt without its library, of a version of its own,
// so fmt is used header-only; whoever calls fmt::format compiles all of it.

#include <fmt/format.h>

#include <string>

namespace raygen::engine {

/// fmt::vformat.
std::string format_arguments(fmt::string_view format, fmt::format_args args);

/// fmt::format.
template <typename... Args>
std::string formatted(fmt::format_string<Args...> format, Args&&... args) {
  return format_arguments(format, fmt::make_format_args(args...));
}

}  // namespace raygen::engine
