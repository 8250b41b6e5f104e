#pragma once
// What the functions of the C ABI share: handles, the guard that lets no exception out, and the
// checks of arguments. What is no template stands in door.cpp.

#include "compute/guest.hpp"
#include "error.hpp"
#include "first_sizes.hpp"
#include "generation/generator.hpp"
#include "limits.hpp"
#include "memorisation/training_index.hpp"
#include "raygen/raygen.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
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
  std::atomic<std::uint64_t> memory{0};  // after the last call, for whoever asks during the next
};

// One byte could lie anywhere: a wrong pointer would not show.
struct alignas(std::max_align_t) raygen_job {
  raygen::engine::Job job;
};

struct raygen_index {
  std::shared_ptr<const raygen::engine::TrainingIndex> index;
};

struct raygen_image {
  raygen::engine::Image image;
  std::string source_sha256 = {};  // of the file that it was read from; empty: of none
};

/// The floats stay where the model computes. Those that are asked for are copied to the CPU, once.
struct raygen_embedding {
  raygen::engine::EncodedText text;
  mutable at::Tensor last_hidden_state, normalized, projection;
};

namespace raygen::capi {

using engine::fail;
using engine::formatted;
using engine::Status;

/// Writes status and message. The message is cut between characters, and bytes that are not UTF-8
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

// ---- Structs that grow --------------------------------------------------------------------------
// A struct begins with struct_size, the size that the caller was compiled with: the struct's first
// size, that of a later version, or more than this library knows. Fields are appended, and never
// put into padding, where no size would tell them.

/// No struct of any later version is larger: what asks for more is no size, and a memory of that
/// size nobody has.
constexpr std::size_t largest_struct = 65536;

template <typename T>
bool has_size(const T& value) noexcept {
  static_assert(first_size<T> > 0, "the struct is missing in first_sizes.hpp");
  return value.struct_size >= first_size<T> && value.struct_size <= largest_struct;
}

/// What both sides know of a struct, in bytes.
template <typename T>
std::size_t known_size(const T& value) noexcept {
  return std::min(value.struct_size, sizeof value);
}

/// For an _init: fills as much of the caller's struct as both sides know. What only the caller
/// knows is zero.
template <typename T>
void initialize(T* out, std::size_t struct_size, T value) noexcept {
  if (out == nullptr || !aligned(out) || struct_size < sizeof value.struct_size ||
      struct_size > largest_struct)
    return;
  value.struct_size = struct_size;
  std::memset(static_cast<void*>(out), 0, struct_size);
  std::memcpy(static_cast<void*>(out), &value, std::min(struct_size, sizeof value));
}

template <typename T>
T& required(T* pointer, std::string_view name) {
  if (pointer == nullptr) fail(Status::invalid_argument, "{} is NULL", name);
  if (!aligned(pointer))
    fail(Status::invalid_argument, "{} is at an address that is no multiple of {}", name,
         alignof(T));
  return *pointer;
}

/// A struct that its _init made. `type` is its name, for messages.
template <typename T>
T& sized(T* pointer, std::string_view name, std::string_view type) {
  T& value = required(pointer, name);
  if (!has_size(value)) {
    fail(Status::invalid_argument,
         "{0}.struct_size is {1}; {2} to {3} was expected: call {0}_init first", type,
         value.struct_size, first_size<T>, largest_struct);
  }
  return value;
}

/// A struct that comes in: what the caller's version lacks has the default, and what it has more is
/// not looked at. `initialize` is the struct's _init.
template <typename T>
T given(const T* pointer, std::string_view name, std::string_view type,
        void (*initialize)(T*, std::size_t)) {
  const T& value = sized(pointer, name, type);
  T whole;
  initialize(&whole, sizeof whole);
  std::memcpy(static_cast<void*>(&whole), &value, known_size(value));
  return whole;
}
/// The same, and the defaults for NULL.
template <typename T>
T given_or_default(const T* pointer, std::string_view name, std::string_view type,
                   void (*initialize)(T*, std::size_t)) {
  if (pointer != nullptr) return given(pointer, name, type, initialize);
  T defaults;
  initialize(&defaults, sizeof defaults);
  return defaults;
}

/// Fills a struct that goes out, as far as both sides know it. Its struct_size stays the caller's.
template <typename T>
void put(T& out, T value) noexcept {
  value.struct_size = out.struct_size;
  std::memcpy(static_cast<void*>(&out), &value, known_size(out));
}

// ---- Calls --------------------------------------------------------------------------------------

/// Runs the body of a function of the ABI. Nothing that it throws comes out.
template <typename Body>
raygen_status guard(raygen_error* error, const Body& body) noexcept {
  if (error != nullptr && (!aligned(error) || !has_size(*error)))
    return RAYGEN_ERROR_INVALID_ARGUMENT;
  try {
    const engine::Guest guest;
    errno = 0;  // report_exception() looks at it
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

/// A new handle for the caller. The place for it is looked at first: a handle that nobody takes
/// would never be freed.
template <typename T, typename... Args>
void give(T** out, std::string_view name, Args&&... args) {
  T*& place = required(out, name);
  place = new T{std::forward<Args>(args)...};
}

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
  ~Turn() {
    session_.memory.store(session_.session.memory(), std::memory_order_relaxed);
    session_.busy.store(false, std::memory_order_release);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  engine::Session* operator->() const { return &session_.session; }
  engine::Session& operator*() const { return session_.session; }
  const std::shared_ptr<const engine::Model>& model() const { return session_.model; }
  const engine::Limits& limits() const { return session_.model->options().limits; }
  std::int64_t tokens() const { return session_.model->token_count(); }  // N
  std::int64_t codebook() const { return session_.model->codebook(); }   // V

 private:
  raygen_session& session_;
};

// ---- Arguments ----------------------------------------------------------------------------------

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

/// A count or a size is looked at before what it counts. Throws Error(limit).
inline void expect_at_most(std::uint64_t count, std::uint64_t most, std::string_view name) {
  if (count > most) fail(Status::limit, "{} is {}; at most {} was expected", name, count, most);
}

/// A string as raygen.h wants it: UTF-8, without zeros, of at most `most` bytes. An array of them
/// says which in `name`.
std::string_view text_of(const char* data, std::size_t length, std::string_view name,
                         std::uint64_t most = engine::Limits::max_text_bytes);
inline std::string_view text_of(const raygen_string& string, std::string_view name) {
  return text_of(string.data, string.length, name);
}
/// Not empty. A file's name is whatever bytes the system has for it, so it need not be UTF-8.
std::filesystem::path path_of(const char* data, std::size_t length, std::string_view name);
inline std::filesystem::path path_of(const raygen_string& string, std::string_view name) {
  return path_of(string.data, string.length, name);
}
/// The same, and empty when the string is.
inline std::filesystem::path optional_path_of(const raygen_string& string, std::string_view name) {
  return string.length == 0 ? std::filesystem::path() : path_of(string, name);
}

/// What a config's file is called in messages; "config" when the caller does not say.
std::string config_name_of(const raygen_string& name);

/// An array of texts or names; `name` is what it is called in messages.
std::vector<std::string> strings_of(const raygen_string* strings, std::size_t count,
                                    std::string_view name);
/// At most limits.max_batch prompts of limits.max_prompt_bytes.
std::vector<std::string_view> prompts_of(const raygen_string* prompts, std::size_t count,
                                         const engine::Limits& limits);

/// [rows,columns] of the caller's numbers, each 0..largest, as int64.
at::Tensor indices_of(const std::int32_t* values, std::size_t rows, std::size_t columns,
                      std::int64_t largest, std::string_view name);

/// A copy for a caller that frees it with raygen_buffer_free.
void* buffer_of(std::string_view bytes);
/// The same, with a zero at the end.
char* text_buffer(const std::string& text);
/// The same of lines, which may hold names of files and so any bytes. Nothing where the caller has
/// no place for them.
void give_lines(const std::vector<std::string>& lines, char** text);

inline const engine::Job* job_of(const raygen_job* job) {
  return job == nullptr ? nullptr : &required(job, "job").job;
}

/// NULL: the defaults.
engine::Limits limits_of(const raygen_limits* limits);

engine::DeviceChoice device_of(raygen_device device);
int device_index_of(std::int32_t index);
engine::PrecisionChoice precision_of(raygen_precision precision);
/// 1..1024, or RAYGEN_THREADS_HOST.
int threads_of(std::int32_t threads);

/// NULL: the defaults.
raygen_options options_of(const raygen_options* options);
/// How images are sampled, over what the model, or else the library, has for its own.
engine::SamplingOptions sampling_of(const raygen_options& options,
                                    const engine::SamplingOptions& defaults);
/// How many of `prompts` prompts are mixed in an image, and their weights.
void read_mixes(const raygen_options& options, std::size_t prompts,
                engine::GenerateOptions& result);
/// The rest of what makes an image: configs of single images over result.sampling, seeds and
/// indices, and tokens [images,N] of 0..V to start from.
void read_images(const raygen_options& options, std::size_t images, std::int64_t tokens,
                 std::int64_t codebook, engine::GenerateOptions& result);

/// A callback's answer: whether to go on. It runs with the thread as the host has it.
template <typename Callback, typename Progress>
bool goes_on(Callback callback, const Progress& progress, void* user_data) {
  return engine::Guest::as_host([&] { return callback(&progress, user_data) == 0; });
}

/// The engine's report of a preparation in the C ABI's form. Returns whether to go on.
inline bool report_data(raygen_data_callback callback, void* user_data, std::uint64_t done,
                        std::uint64_t total, std::uint64_t skipped, const char* description = "") {
  const raygen_data_progress progress{sizeof progress, done, total, skipped, description};
  return goes_on(callback, progress, user_data);
}

}  // namespace raygen::capi
