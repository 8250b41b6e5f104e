#include "compute/side_by_side.hpp"

#include "compute/host_guard.hpp"
#include "compute/openmp.hpp"

#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace raygen::engine {

namespace {

/// The items of one run, of which each lane takes the next when it is done with one.
class Items {
 public:
  Items(std::int64_t count, const LaneWork& work) : count_(count), work_(work) {}

  void take(int lane) noexcept {
    try {
      const at::ThreadLocalStateGuard as_caller(caller_);
      for (std::int64_t i = next_++; i < count_; i = next_++) work_(i, lane);
    } catch (...) {
      next_ = count_;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::int64_t count_;
  const LaneWork& work_;
  const at::ThreadLocalState caller_;
  std::atomic<std::int64_t> next_{0};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

/// One thread a lane: those of the calling thread's team, which know their kernels already.
void run_in_team(Items& items) {
#ifdef RAYGEN_LIBGOMP
  in_each_thread([&items](int lane) { items.take(lane); });
#else
  items.take(0);
#endif
}

/// Several threads a lane: each lane is a thread with a team of its own.
void run_in_teams(Items& items, int lanes, int threads) {
  const auto share = [&](int lane) { return threads / lanes + (lane < threads % lanes ? 1 : 0); };
  std::vector<std::thread> others;
  for (int lane = 1; lane < lanes; ++lane) {
    try {
      others.emplace_back([&items, lane, own = share(lane)] {
        const HostThreads guard(own);
        items.take(lane);
      });
    } catch (const std::system_error&) {  // no thread left: fewer lanes
      break;
    }
  }
  {
    const HostThreads guard(share(0));
    items.take(0);
  }
  for (std::thread& other : others) other.join();
}

/// 1, 2, 4 … and the most.
std::vector<int> numbers_of_lanes(int most) {
  std::vector<int> numbers;
  for (int lanes = 1; lanes < most; lanes *= 2) numbers.push_back(lanes);
  numbers.push_back(most);
  return numbers;
}

}  // namespace

void run_in_lanes(std::int64_t count, int lanes, const LaneWork& work) {
  const int threads = thread_count();
  if (lanes <= 1 || count <= 1 || at::in_parallel_region()) {
    for (std::int64_t i = 0; i < count; ++i) work(i, 0);
    return;
  }
  Items items(count, work);
  if (lanes >= threads) {
    run_in_team(items);
  } else {
    run_in_teams(items, lanes, threads);
  }
  items.rethrow();
}

int SideBySide::most() const { return std::min(thread_count(), most_); }

SideBySide::Trials& SideBySide::trials(std::int64_t count) {
  Trials& trials = trials_[{count, thread_count()}];
  if (trials.empty()) {
    const auto lanes = static_cast<int>(std::min<std::int64_t>(count, most()));
    for (const int each : numbers_of_lanes(lanes)) trials.push_back({each});
  }
  return trials;
}

SideBySide::Trial& SideBySide::fastest(Trials& trials) {
  return *std::min_element(trials.begin(), trials.end(), [](const Trial& a, const Trial& b) {
    return a.times > 0 && (b.times == 0 || a.least < b.least);
  });
}

/// The one to be tried next, or null.
SideBySide::Trial* SideBySide::untried(Trials& trials) {
  constexpr int tries = 2;
  constexpr double clearly_slower = 1.05;
  const double least = fastest(trials).least;
  Trial* next = nullptr;
  for (Trial& trial : trials) {
    if (trial.times >= tries || (trial.times > 0 && trial.least > clearly_slower * least)) continue;
    if (next == nullptr || trial.times < next->times) next = &trial;
  }
  return next;
}

void SideBySide::run(std::int64_t count, const LaneWork& work) {
  Trials& all = trials(count);
  Trial* const trial = all.size() > 1 ? untried(all) : nullptr;
  if (trial == nullptr) {
    run_unlike(count, work);
    return;
  }
  const auto start = std::chrono::steady_clock::now();
  run_in_lanes(count, trial->lanes, work);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  trial->least = trial->times == 0 ? took.count() : std::min(trial->least, took.count());
  ++trial->times;
}

void SideBySide::run_unlike(std::int64_t count, const LaneWork& work) {
  run_in_lanes(count, fastest(trials(count)).lanes, work);
}

}  // namespace raygen::engine
