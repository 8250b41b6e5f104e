#pragma once

#include "error.hpp"

#include <atomic>

namespace raygen::engine {

/// A sticky request to stop, set from any thread or a signal handler.
class Job {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
};

/// Throws Error(cancelled) when the job asks for it.
inline void check_cancelled(const Job* job) {
  if (job != nullptr && job->cancelled()) fail(Status::cancelled, "the job was cancelled");
}

}  // namespace raygen::engine
