#include "compute/host_guard.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/InferenceMode.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <optional>

namespace raygen::engine {

namespace {

// OpenMP keeps the number for each thread. at::set_num_threads would change it for threads that the
// host starts later, too.
void set_threads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

int thread_count() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return at::get_num_threads();
#endif
}

struct FirstUse {
  int host, torch;
};

/// LibTorch sets a thread's number when the thread first comes by: in its own code, and in what of
/// it is compiled into ours.
FirstUse first_use() {
  const int host = thread_count();
  at::get_num_threads();
  at::internal::lazy_init_num_threads();
  return {host, thread_count()};
}

}  // namespace

HostThreads::HostThreads() : before_(thread_count()) {
  thread_local const FirstUse first = first_use();
  set_threads(before_ == first.host ? std::min(first.host, first.torch) : before_);
}

HostThreads::~HostThreads() { set_threads(before_); }

struct HostGuard::State {
  c10::InferenceMode inference_mode;
  std::optional<c10::DeviceGuard> device;
  HostThreads threads;
};

HostGuard::HostGuard(const Compute& compute, int threads) : state_(std::make_unique<State>()) {
  if (compute.device.is_cuda()) state_->device.emplace(compute.device);
  if (threads > 0) set_threads(threads);
}

HostGuard::~HostGuard() = default;

}  // namespace raygen::engine
