#pragma once
// The one exception type of the engine. capi/ turns it into a raygen_status and a message; nothing
// else crosses the door.

#include "formatted.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace raygen::engine {

/// Mirrors raygen_status of raygen.h value by value (asserted in capi/).
enum class Status : int {
  invalid_argument = 1,
  io = 2,
  format = 3,
  unsupported = 4,
  limit = 5,
  cancelled = 6,
  out_of_memory = 7,
  device = 8,
  numeric = 9,
  internal = 10,
};

class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  Status status() const noexcept { return status_; }

 private:
  Status status_;
};

/// Throws Error with a formatted message. A message says what was wrong, with which value, where,
/// and what was expected.
template <typename... Args>
[[noreturn]] void fail(Status status, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(status, formatted(format, std::forward<Args>(args)...));
}

}  // namespace raygen::engine
