#pragma once
// Formats carry a number that rises when an older libraygen would misread what a newer one writes.

#include "error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace raygen::engine {

/// What a file without a version is: the formats that began without one.
inline constexpr std::int64_t version_of_the_versionless = 1;

/// Throws Error(unsupported) for what this library does not read. `key` is where the file says its
/// version.
inline void check_format_version(std::int64_t version, std::int64_t newest, std::string_view key,
                                 const std::string& where) {
  if (version < 1)
    fail(Status::unsupported, "{}: {} is {}, this library reads 1 to {}", where, key, version,
         newest);
  if (version > newest)
    fail(Status::unsupported,
         "{}: {} is {}: written by a newer libraygen, this one reads up to version {}", where, key,
         version, newest);
}

}  // namespace raygen::engine
