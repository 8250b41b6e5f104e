#pragma once
// LibTorch's OpenMP, libgomp. Clang has another, and a process must have one only: so a team is
// called as GCC's own code calls it.

#ifdef RAYGEN_LIBGOMP
#ifdef _OPENMP
#include <omp.h>
#else
extern "C" void omp_set_num_threads(int threads);
extern "C" int omp_get_max_threads();
extern "C" int omp_get_thread_num();
extern "C" int omp_get_num_procs();
#endif
extern "C" void GOMP_parallel(void (*work)(void*), void* data, unsigned threads, unsigned flags);

namespace raygen::engine {

/// work(number) in each thread of the calling thread's team.
template <typename Work>
void in_each_thread(Work work) {
  GOMP_parallel([](void* data) { (*static_cast<Work*>(data))(omp_get_thread_num()); }, &work, 0, 0);
}

}  // namespace raygen::engine
#endif
