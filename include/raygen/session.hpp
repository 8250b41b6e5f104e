#pragma once

#include "error.hpp"
#include "model.hpp"

#include <cstdint>
#include <memory>

namespace raygen {

/// What Generator, Encoder, TextEncoder and MaskedDecoder work in: scratch memory of one thread at
/// a time. Keeps its model alive.
class Session {
 public:
  explicit Session(const Model& model) {
    raygen_session* session = nullptr;
    detail::check(
        [&](raygen_error* error) { return raygen_session_create(model.get(), &session, error); });
    session_.reset(session);
  }
  /// Bytes of scratch memory that the last call left. Any thread may ask, also during a call.
  std::uint64_t memory() const noexcept { return raygen_session_memory(get()); }
  /// Gives the scratch memory back. The next call takes it anew.
  void trim() noexcept { raygen_session_trim(get()); }

  raygen_session* get() const& noexcept { return session_.get(); }
  void get() const&& = delete;

 private:
  std::unique_ptr<raygen_session, detail::Free<raygen_session_free>> session_;
};

}  // namespace raygen
