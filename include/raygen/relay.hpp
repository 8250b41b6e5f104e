#pragma once

#include "error.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

namespace raygen::detail {

/// The way of a C++ callback through the C ABI: what it throws cancels the call and comes out of
/// check(), whatever the call returns. Alive during one call.
template <typename Raw>
class Relay {
 public:
  /// `callback` returns false to cancel.
  explicit Relay(std::function<bool(const Raw&)> callback) : callback_(std::move(callback)) {}
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  static std::int32_t call(const Raw* raw, void* user_data) noexcept {
    auto* self = static_cast<Relay*>(user_data);
    if (self->thrown_ != nullptr) return 1;  // the host's callback has ended
    try {
      return self->callback_(*raw) ? 0 : 1;
    } catch (...) {
      self->thrown_ = std::current_exception();
      return 1;
    }
  }

  /// detail::check, but what the callback threw comes first.
  template <typename F>
  void check(F&& f) {
    try {
      detail::check(static_cast<F&&>(f));
    } catch (const Error&) {
      if (thrown_ == nullptr) throw;
    }
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
  }

 private:
  std::function<bool(const Raw&)> callback_;
  std::exception_ptr thrown_;
};

}  // namespace raygen::detail
