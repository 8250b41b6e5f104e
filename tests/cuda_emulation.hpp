#pragma once
// CUDA's C++ as far as our kernels use it, on the CPU: the threads of a block take turns from one
// __syncthreads to the next, and blocks come one after another. A kernel's source is included after
// it. Under sanitizers, which do not follow such turns, each thread of a block is one of the CPU:
// then ThreadSanitizer sees a __syncthreads that is missing.

#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define RAYGEN_EMULATED_BY_THREADS
#include <barrier>
#include <thread>
#else
#include <ucontext.h>
#endif

#define __global__
#define __device__
#define __shared__ static

namespace cuda_emulation {

struct Index {
  unsigned x = 0, y = 0, z = 0;
};

#ifdef RAYGEN_EMULATED_BY_THREADS
inline thread_local Index thread_index, block_index;
inline std::unique_ptr<std::barrier<>> block_barrier;

inline void synchronise() { block_barrier->arrive_and_wait(); }

/// work() in each thread of a block; it ends with synchronise().
inline void run_block(unsigned threads, Index block, const std::function<void()>& work) {
  block_barrier = std::make_unique<std::barrier<>>(threads);
  std::vector<std::thread> all;
  for (unsigned thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      thread_index = {thread, 0, 0};
      block_index = block;
      work();
    });
  }
  for (std::thread& each : all) each.join();
}
#else
inline Index thread_index, block_index;
inline ucontext_t scheduler, *running = nullptr;

inline void synchronise() { ::swapcontext(running, &scheduler); }

inline const std::function<void()>* block_work = nullptr;

inline void run_block(unsigned threads, Index block, const std::function<void()>& work) {
  constexpr std::size_t stack_bytes = 64 << 10;
  struct Turn {
    ucontext_t context{};
    std::vector<char> stack = std::vector<char>(stack_bytes);
  };
  std::vector<std::unique_ptr<Turn>> turns;
  block_work = &work;
  block_index = block;
  for (unsigned thread = 0; thread < threads; ++thread) {
    Turn& turn = *turns.emplace_back(std::make_unique<Turn>());
    ::getcontext(&turn.context);
    turn.context.uc_stack.ss_sp = turn.stack.data();
    turn.context.uc_stack.ss_size = stack_bytes;
    turn.context.uc_link = &scheduler;
    ::makecontext(
        &turn.context,
        +[] {
          (*block_work)();
          running = nullptr;  // done: the scheduler goes on
        },
        0);
  }
  // All threads meet at the same barriers, so all end in the same round.
  for (bool done = false; !done;) {
    for (unsigned thread = 0; thread < threads; ++thread) {
      thread_index = {thread, 0, 0};
      running = &turns[thread]->context;
      ::swapcontext(&scheduler, running);
      done = running == nullptr;
    }
  }
}
#endif

}  // namespace cuda_emulation

#define threadIdx cuda_emulation::thread_index
#define blockIdx cuda_emulation::block_index
inline cuda_emulation::Index blockDim, gridDim;

inline void __syncthreads() { cuda_emulation::synchronise(); }
inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline unsigned atomicAdd(unsigned* to, unsigned value) {
  return __atomic_fetch_add(to, value, __ATOMIC_RELAXED);
}
inline unsigned atomicOr(unsigned* to, unsigned value) {
  return __atomic_fetch_or(to, value, __ATOMIC_RELAXED);
}

namespace cuda_emulation {

/// Runs a kernel over a grid of blocks_x × blocks_y blocks of `threads` threads.
template <typename Kernel, typename... Arguments>
void launch(unsigned blocks_x, unsigned blocks_y, unsigned threads, Kernel kernel,
            Arguments... arguments) {
  blockDim = {threads, 1, 1};
  gridDim = {blocks_x, blocks_y, 1};
  const std::function<void()> work = [&] { kernel(arguments...); };
  for (unsigned y = 0; y < blocks_y; ++y)
    for (unsigned x = 0; x < blocks_x; ++x) run_block(threads, {x, y, 0}, work);
}

}  // namespace cuda_emulation
