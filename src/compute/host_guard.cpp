#include "compute/host_guard.hpp"

#include "compute/openmp.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

namespace raygen::engine {

namespace {

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

void set_thread_count([[maybe_unused]] int threads) {
#ifdef RAYGEN_LIBGOMP
  omp_set_num_threads(threads);
#endif
}

int thread_count() {
#ifdef RAYGEN_LIBGOMP
  return omp_get_max_threads();
#else
  return at::get_num_threads();
#endif
}

HostThreads::HostThreads(int threads) : before_(thread_count()) {
  thread_local const FirstUse first = first_use();
  const int hosts = before_ == first.host ? std::min(first.host, first.torch) : before_;
  set_thread_count(threads > 0 ? threads : hosts);
}

HostThreads::~HostThreads() { set_thread_count(before_); }

}  // namespace raygen::engine
