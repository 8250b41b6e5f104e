// A machine that others use, too.

#include "compute/shared_cores.hpp"

#include "compute/host_guard.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

using namespace raygen::engine;

namespace {

using Clock = std::chrono::steady_clock;

/// Of this process.
std::ptrdiff_t threads_now() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

/// Threads that want a core each and never wait.
class Busy {
 public:
  explicit Busy(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      threads_.emplace_back([this] {
        while (!over_) {
        }
      });
  }
  ~Busy() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

/// Looks, as a call does between parts of its work, until `seen` or for a minute.
template <typename Seen>
bool look_until(SharedCores& cores, const Seen& seen) {
  const Clock::time_point end = Clock::now() + std::chrono::minutes(1);
  while (!seen() && Clock::now() < end) {
    const Clock::time_point worked = Clock::now() + std::chrono::milliseconds(5);
    while (Clock::now() < worked) {
    }
    cores.look();
  }
  return seen();
}

}  // namespace

TEST_CASE("A team that sleeps is more threads than the process has cores, and is gone afterwards") {
  const HostThreads guard(2);
  (void)team_core_time();  // makes this thread's team
  const std::ptrdiff_t before = threads_now();
  {
    const SleepingTeam team(2);
    CHECK(threads_now() >= before + 2);
  }
  const Clock::time_point end = Clock::now() + std::chrono::minutes(1);
  while (threads_now() > before && Clock::now() < end) std::this_thread::yield();
  CHECK(threads_now() == before);
}

TEST_CASE("Threads sleep at barriers while others want the cores") {
  const HostThreads guard(2);
  if (team_core_time().on == 0) return;  // a system that counts nothing
  SharedCores cores(/*spins=*/true), told(/*spins=*/false);
  CHECK_FALSE(cores.sleeping());
  const Busy others(4 * std::thread::hardware_concurrency());
  CHECK(look_until(cores, [&] { return cores.sleeping(); }));
  for (int i = 0; i < 20; ++i) told.look();
  CHECK_FALSE(told.sleeping());
}

TEST_CASE("With one thread there is no barrier") {
  const HostThreads guard(1);
  SharedCores cores(/*spins=*/true);
  const Busy others(4 * std::thread::hardware_concurrency());
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(11));
    cores.look();
  }
  CHECK_FALSE(cores.sleeping());
}
