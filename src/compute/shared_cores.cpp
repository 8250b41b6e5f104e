#include "compute/shared_cores.hpp"

#include "compute/host_guard.hpp"
#include "compute/openmp.hpp"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <system_error>

namespace raygen::engine {

namespace {

using Clock = std::chrono::steady_clock;

/// Of the calling thread.
CoreTime core_time() {
  CoreTime time;
  const int file = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return time;
  std::array<char, 96> text{};
  const ::ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  if (size <= 0) return time;
  const char* const end = text.data() + size;
  const auto [after, code] = std::from_chars(text.data(), end, time.on);
  if (code != std::errc() || after == end ||
      std::from_chars(after + 1, end, time.waiting).ec != std::errc())
    return {};
  return time;
}

/// What the last look of this thread saw, of whichever call.
struct Seen {
  Clock::time_point when{};
  CoreTime time;
};

thread_local Seen seen;

}  // namespace

CoreTime team_core_time() {
#ifdef RAYGEN_LIBGOMP
  std::atomic<std::uint64_t> on{0}, waiting{0};
  in_each_thread([&](int) {
    const CoreTime own = core_time();
    on += own.on;
    waiting += own.waiting;
  });
  return {on, waiting};
#else
  return core_time();
#endif
}

SleepingTeam::SleepingTeam([[maybe_unused]] int threads) {
#ifdef RAYGEN_LIBGOMP
  try {
    // libgomp counts the first thread of all teams once.
    thread_ =
        std::thread([this, threads] { sleep(std::max(omp_get_num_procs() - threads + 2, 2)); });
  } catch (const std::system_error&) {  // no thread left: the call goes on, slower
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return asleep_; });
#endif
}

SleepingTeam::~SleepingTeam() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SleepingTeam::sleep([[maybe_unused]] int threads) {
#ifdef RAYGEN_LIBGOMP
  set_thread_count(threads);
  in_each_thread([](int) {});
#endif
  std::unique_lock lock(mutex_);
  asleep_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return over_; });
}

bool SharedCores::threads_spin() {
  // libgomp has read them when it was loaded.
  static const bool spin =
      std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv("GOMP_SPINCOUNT") == nullptr;
  return spin;
}

void SharedCores::look() {
  if (!spins_ || at::in_parallel_region()) return;
  constexpr auto between = std::chrono::milliseconds(10);
  constexpr std::uint64_t least = 5'000'000;     // of a share of less nothing can be said
  constexpr double crowded = 0.1, alone = 0.02;  // shares of the time that a thread waits
  const int threads = thread_count();
  const Clock::time_point now = Clock::now();
  if (threads == 1 || now - seen.when < between) return;
  const CoreTime time = team_core_time();
  // A team of other threads than before has counted from elsewhere.
  const bool comparable = time.on >= seen.time.on && time.waiting >= seen.time.waiting;
  const std::uint64_t on = time.on - seen.time.on, waiting = time.waiting - seen.time.waiting;
  if (comparable && on + waiting < least) return;
  seen = {now, time};
  if (!comparable) return;
  const double share = static_cast<double>(waiting) / static_cast<double>(on + waiting);
  if (share > crowded && sleeping_ == nullptr) {
    sleeping_ = std::make_unique<SleepingTeam>(threads);
  } else if (share < alone) {
    sleeping_.reset();
  }
}

}  // namespace raygen::engine
