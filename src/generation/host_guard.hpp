#pragma once

#include "compute/compute.hpp"

#include <memory>

namespace raygen::engine {

/// The manners of a guest: while it lives, the calling thread computes as the model wants it to (its threads, its device, no gradients);
/// afterwards everything is as the host had it.
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
