#pragma once

#include "compute/compute.hpp"

#include <memory>

namespace raygen::engine {

/// Keeps the calling thread's number of OpenMP threads: LibTorch sets it when a thread first uses
/// LibTorch. While it lives, the number is what the host has set for the thread; where that is
/// nothing, LibTorch's own if it is smaller (a host may have lowered it for all threads).
class HostThreads {
 public:
  HostThreads();
  ~HostThreads();
  HostThreads(const HostThreads&) = delete;
  HostThreads& operator=(const HostThreads&) = delete;

 private:
  int before_;
};

/// The manners of a guest: while it lives, the calling thread computes as the model wants it to
/// (its threads, its device, no gradients); afterwards everything is as the host had it.
class HostGuard {
 public:
  /// threads: −1 leaves the host's.
  HostGuard(const Compute& compute, int threads);
  ~HostGuard();
  HostGuard(const HostGuard&) = delete;
  HostGuard& operator=(const HostGuard&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace raygen::engine
