#include "generation/host_guard.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/DeviceGuard.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <optional>

namespace raygen::engine {

namespace {

// OpenMP keeps the number for each thread. at::set_num_threads would change it for threads that the host starts later, too.
void set_threads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

}  // namespace

struct HostGuard::State {
  c10::InferenceMode inference_mode;
  std::optional<c10::DeviceGuard> device;
  int threads_before = 0;  // 0: left alone
};

HostGuard::HostGuard(const Compute& compute, int threads) : state_(std::make_unique<State>()) {
  if (compute.device.is_cuda()) state_->device.emplace(compute.device);
  const int before = at::get_num_threads();
  if (threads > 0 && threads != before) {
    state_->threads_before = before;
    set_threads(threads);
  }
}

HostGuard::~HostGuard() {
  if (state_->threads_before > 0) set_threads(state_->threads_before);
}

}  // namespace raygen::engine
