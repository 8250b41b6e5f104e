// Images side by side: everything is done once, by the threads that there are, and what fails is
// told.

#include "compute/side_by_side.hpp"

#include "compute/host_guard.hpp"

#include <c10/core/InferenceMode.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace raygen::engine;

namespace {

/// How often each item was done, and by which lanes.
struct Done {
  std::vector<std::atomic<int>> items;
  std::vector<std::atomic<int>> lanes;
  explicit Done(std::size_t count) : items(count), lanes(64) {}
  LaneWork work() {
    return [this](std::int64_t i, int lane) {
      ++items[static_cast<std::size_t>(i)];
      ++lanes.at(static_cast<std::size_t>(lane));
    };
  }
  bool once() const {
    return std::all_of(items.begin(), items.end(), [](const auto& n) { return n == 1; });
  }
};

}  // namespace

TEST_CASE("Every item is done once, in as many lanes as were asked for or fewer") {
  for (const int threads : {1, 2, 3, 8}) {
    const HostThreads guard(threads);
    for (int lanes = 1; lanes <= threads; ++lanes) {
      for (const std::int64_t count : {0, 1, 2, 7}) {
        Done done(static_cast<std::size_t>(count));
        run_in_lanes(count, lanes, done.work());
        CHECK(done.once());
        for (std::size_t lane = static_cast<std::size_t>(lanes); lane < done.lanes.size(); ++lane)
          CHECK(done.lanes[lane] == 0);
      }
    }
  }
}

TEST_CASE("A lane has its share of the threads, and the caller's settings of LibTorch") {
  const HostThreads guard(5);
  const c10::InferenceMode inference;
  std::atomic<int> threads{0};
  run_in_lanes(2, 2, [&](std::int64_t, int) {
    threads += thread_count();
    CHECK(c10::InferenceMode::is_enabled());
  });
  CHECK((threads == 5 || threads == 4 || threads == 6));  // a lane may take both items
  CHECK(thread_count() == 5);
}

TEST_CASE("What an item throws is thrown again when every lane has ended") {
  const HostThreads guard(4);
  for (const int lanes : {1, 2, 4}) {
    std::atomic<int> running{0};
    const LaneWork fails_at_3 = [&](std::int64_t i, int) {
      ++running;
      if (i == 3) {
        --running;
        throw std::runtime_error("item 3");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --running;
    };
    CHECK_THROWS_WITH(run_in_lanes(100, lanes, fails_at_3), "item 3");
    CHECK(running == 0);
  }
}

TEST_CASE("Each number of lanes is tried, and the fastest is kept") {
  const HostThreads guard(4);
  SideBySide choice;
  std::vector<std::size_t> lanes;  // that took part in each run
  for (int i = 0; i < 6; ++i) {
    std::mutex mutex;
    std::set<int> used;
    choice.run(4, [&](std::int64_t, int lane) {
      {
        const std::lock_guard lock(mutex);
        used.insert(lane);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    });
    lanes.push_back(used.size());
  }
  // 1, 2 and 4 lanes; waiting takes least in four, and so much less that one try of the others is
  // enough.
  CHECK(lanes == std::vector<std::size_t>{1, 2, 4, 4, 4, 4});
}

TEST_CASE("Work that is unlike the rest teaches nothing") {
  const HostThreads guard(2);
  SideBySide choice;
  Done done(4);
  choice.run_unlike(4, done.work());
  CHECK(done.lanes[0] == 4);  // nothing is known yet: one after another
  CHECK(done.once());
}
