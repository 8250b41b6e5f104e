#pragma once
// How a call computes, apart from what its host has set: threads, device and products one by one,
// and all of it together for what needs no gradients.

#include "compute/compute.hpp"
#include "compute/floating_point.hpp"
#include "compute/guest.hpp"
#include "compute/process_settings.hpp"

#include <c10/core/DeviceGuard.h>
#include <c10/core/InferenceMode.h>

#include <optional>

namespace raygen::engine {

/// OpenMP's number of threads, which it keeps for each thread. at::set_num_threads would change it
/// for threads that the host starts later, too.
void set_thread_count(int threads);
int thread_count();

/// Keeps the calling thread's number of OpenMP threads: LibTorch sets it when a thread first uses
/// LibTorch. While it lives, the number is `threads`, or, for −1, what the host has set for the
/// thread; where that is nothing, LibTorch's own if it is smaller (a host may have lowered it for
/// all threads).
class HostThreads {
 public:
  explicit HostThreads(int threads = -1);
  ~HostThreads();
  HostThreads(const HostThreads&) = delete;
  HostThreads& operator=(const HostThreads&) = delete;

  /// The number that the thread has again afterwards.
  int host() const { return before_; }
  void host_has(int threads) { before_ = threads; }

 private:
  int before_;
};

/// What everything that computes needs, with gradients or without: while it lives, the calling
/// thread and the whole process compute on the device and with as many threads as the model wants
/// (−1 leaves the host's), and products are as exact as their type says.
class ComputeGuard {
 public:
  ComputeGuard(const Compute& compute, int threads) : threads_(threads), settings_(compute.device) {
    if (compute.device.is_cuda()) device_.emplace(compute.device);
    Guest::share_cores();
  }

 private:
  HostThreads threads_;
  TeamFloatingPoint floating_point_;
  ProcessSettings settings_;
  std::optional<c10::DeviceGuard> device_;
};

/// The same without gradients.
class HostGuard {
 public:
  HostGuard(const Compute& compute, int threads) : compute_(compute, threads) {}

 private:
  ComputeGuard compute_;
  c10::InferenceMode inference_;
};

}  // namespace raygen::engine
