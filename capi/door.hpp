#pragma once
// What the functions of the C ABI share: handles, the guard that lets no exception out, and the
// checks of arguments.

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "generation/generator.hpp"
#include "limits.hpp"
#include "raygen/raygen.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct raygen_model {
  std::shared_ptr<const raygen::engine::Model> model;
};

struct raygen_session {
  std::shared_ptr<const raygen::engine::Model> model;
  raygen::engine::Session session;
  std::atomic<bool> busy{false};
};

struct alignas(std::max_align_t)
    raygen_job {  // one byte could lie anywhere: a wrong pointer would not show
  raygen::engine::Job job;
};

struct raygen_image {
  raygen::engine::Image image;
};

namespace raygen::capi {

using engine::fail;
using engine::Status;

/// Writes status and message; the message is cut between characters and bytes that are not UTF-8
/// become '?'.
raygen_status report(raygen_error* error, raygen_status status, std::string_view message) noexcept;
/// The exception being handled as a status and a message.
raygen_status report_exception(raygen_error* error) noexcept;

template <typename T>
bool aligned(const T* pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) == 0;
}

/// For functions that cannot tell what is wrong: whether a handle is one, as far as that shows.
template <typename T>
bool usable(const T* handle) noexcept {
  return handle != nullptr && aligned(handle);
}
template <typename T>
void destroy(T* handle) noexcept {
  if (aligned(handle)) delete handle;
}

/// Runs the body of a function of the ABI. Nothing that it throws comes out.
template <typename Body>
raygen_status guard(raygen_error* error, const Body& body) noexcept {
  if (error != nullptr && (!aligned(error) || error->struct_size < sizeof(raygen_error)))
    return RAYGEN_ERROR_INVALID_ARGUMENT;
  try {
    const engine::HostThreads threads;
    body();
  } catch (...) {
    return report_exception(error);
  }
  return report(error, RAYGEN_OK, "");
}

/// A result handle is NULL unless the call succeeds.
template <typename T>
void clear(T** out) noexcept {
  if (out != nullptr && aligned(out)) *out = nullptr;
}

template <typename T>
T& required(T* pointer, std::string_view name) {
  if (pointer == nullptr) fail(Status::invalid_argument, "{} is NULL", name);
  if (!aligned(pointer))
    fail(Status::invalid_argument, "{} is at an address that is no multiple of {}", name,
         alignof(T));
  return *pointer;
}

/// A new handle for the caller. The place for it is looked at first: a handle that nobody takes
/// would never be freed.
template <typename T, typename... Args>
void give(T** out, std::string_view name, Args&&... args) {
  T*& place = required(out, name);
  place = new T{std::forward<Args>(args)...};
}

/// The struct was made by its _init. Longer is a later version of it: what it has more is not
/// looked at.
template <typename T>
const T& checked(const T& value, std::string_view type) {
  if (value.struct_size < sizeof(T)) {
    fail(Status::invalid_argument,
         "{0}.struct_size is {1}, at least {2} was expected: call {0}_init first", type,
         value.struct_size, sizeof(T));
  }
  return value;
}

/// checked() for a struct that has grown: a program that was compiled before passes it as it was,
/// of `earlier` bytes, and what it lacks has the default.
template <typename T>
T grown(const T& value, std::size_t earlier, std::string_view type,
        void (*initialize)(T*, std::size_t)) {
  if (value.struct_size != earlier) return checked(value, type);
  T whole;
  initialize(&whole, sizeof whole);
  std::memcpy(&whole, &value, earlier);
  return whole;
}

inline bool flag(std::int32_t value, std::string_view name) {
  if (value != 0 && value != 1)
    fail(Status::invalid_argument, "{} is {}; 0 or 1 was expected", name, value);
  return value == 1;
}

/// One of the values 0..last of an enum.
inline std::int32_t choice(std::int32_t value, std::int32_t last, std::string_view name) {
  if (value < 0 || value > last)
    fail(Status::invalid_argument, "{} is {}; 0 to {} was expected", name, value, last);
  return value;
}

inline void expect_count(std::size_t count, std::size_t expected, std::string_view name,
                         std::string_view formula) {
  if (count != expected)
    fail(Status::invalid_argument, "{} is {}; {} = {} was expected", name, count, formula,
         expected);
}

/// A string without zeros, and for texts UTF-8 as well.
std::string_view bytes_of(const char* data, std::size_t length, std::string_view name);
inline std::string_view bytes_of(const raygen_string& string, std::string_view name) {
  return bytes_of(string.data, string.length, name);
}
void check_utf8(std::string_view text, std::string_view name);
/// Not empty.
std::filesystem::path path_of(const char* data, std::size_t length, std::string_view name);

/// An array of texts or names; `name` is what it is called in messages.
std::vector<std::string> strings_of(const raygen_string* strings, std::size_t count,
                                    std::string_view name);
/// A copy for a caller that frees it with raygen_text_buffer_free.
char* text_buffer(const std::string& text);
inline const engine::Job* job_of(const raygen_job* job) {
  return job == nullptr ? nullptr : &required(job, "job").job;
}

/// NULL: the defaults.
engine::Limits limits_of(const raygen_limits* limits);
engine::ModelOptions model_options_of(const raygen_model_options* options);
/// Sampling, batch and preview; not the job nor the callback.
engine::GenerateOptions generate_options_of(const raygen_options* options);
/// Prompts as they are given; their sizes are the engine's to check.
std::vector<std::string_view> prompts_of(const raygen_string* prompts, std::size_t count);

/// A session taken for one call: a second one at the same time, from another thread or from a
/// callback, is an error and no data race.
class Turn {
 public:
  explicit Turn(raygen_session* session) : session_(required(session, "session")) {
    if (session_.busy.exchange(true, std::memory_order_acquire)) {
      fail(Status::invalid_argument,
           "the session is in a call already: one thread at a time, and none from a progress "
           "callback");
    }
  }
  ~Turn() { session_.busy.store(false, std::memory_order_release); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  engine::Session* operator->() const { return &session_.session; }
  engine::Session& operator*() const { return session_.session; }
  const std::shared_ptr<const engine::Model>& model() const { return session_.model; }
  std::size_t token_count() const {
    return static_cast<std::size_t>(session_.model->architecture().decoder.tokens);
  }
  std::int64_t codebook() const { return session_.model->architecture().decoder.codebook; }

 private:
  raygen_session& session_;
};

}  // namespace raygen::capi
