#pragma once
// What went wrong: every call of the C++ classes throws raygen::Error, with the status and the
// message of raygen.h.

#include "raygen.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace raygen {

/// The values of raygen_status; see docs/errors.md for what each asks of the caller.
enum class Status : std::int32_t {
  invalid_argument = RAYGEN_ERROR_INVALID_ARGUMENT,
  io = RAYGEN_ERROR_IO,
  format = RAYGEN_ERROR_FORMAT,
  unsupported = RAYGEN_ERROR_UNSUPPORTED,
  limit = RAYGEN_ERROR_LIMIT,
  cancelled = RAYGEN_ERROR_CANCELLED,
  out_of_memory = RAYGEN_ERROR_OUT_OF_MEMORY,
  device = RAYGEN_ERROR_DEVICE,
  numeric = RAYGEN_ERROR_NUMERIC,
  internal = RAYGEN_ERROR_INTERNAL,
};

/// what() says what was wrong, with which value, in which file or tensor, and what was expected
/// (UTF-8).
class Error : public std::runtime_error {
 public:
  Error(Status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  Status status() const noexcept { return status_; }

 private:
  Status status_;
};

namespace detail {

/// A header of one ABI and a library of another must not go on.
inline void check_abi_version() {
  if (const std::int32_t version = raygen_abi_version(); version != RAYGEN_ABI_VERSION) {
    throw Error(Status::unsupported, "the program was compiled for libraygen's ABI " +
                                         std::to_string(RAYGEN_ABI_VERSION) +
                                         ", the library that is loaded has ABI " +
                                         std::to_string(version));
  }
}

/// Calls a function of raygen.h through `f(raygen_error*)` and throws what it reports.
template <typename F>
void check(F&& f) {
  check_abi_version();  // first thing of whatever a program does with the library
  raygen_error error;
  raygen_error_init(&error);
  if (const raygen_status status = f(&error); status != RAYGEN_OK) {
    throw Error(static_cast<Status>(status),
                error.message[0] != '\0' ? error.message : raygen_status_message(status));
  }
}

/// The handle that `f(T**, raygen_error*)` makes.
template <typename T, typename F>
T* made(F&& f) {
  T* handle = nullptr;
  check([&](raygen_error* error) { return f(&handle, error); });
  return handle;
}

/// The deleter of a handle: detail::Free<raygen_model_free>.
template <auto free_handle>
struct Free {
  template <typename T>
  void operator()(T* handle) const noexcept {
    free_handle(handle);
  }
};

}  // namespace detail
}  // namespace raygen
