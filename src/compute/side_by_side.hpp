#pragma once
// Images that do not depend on each other, several at a time on one CPU.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace raygen::engine {

/// What is to be done with item i in lane `lane`.
using LaneWork = std::function<void(std::int64_t i, int lane)>;

/// work(i, lane) for each i of 0 to count − 1, in `lanes` lanes that work side by side, each with
/// its share of the calling thread's threads and with that thread's settings of LibTorch. lanes: 1
/// to the number of threads. Of the exceptions one is thrown again, when every lane has ended.
void run_in_lanes(std::int64_t count, int lanes, const LaneWork& work);

/// The number of lanes that has been the fastest for one kind of work. Every kernel of ours gives
/// the same bits with any number of threads, so that the choice shows in the time alone. One thread
/// at a time.
class SideBySide {
 public:
  /// most: lanes, for whatever reason there is, such as memory that each takes.
  explicit SideBySide(int most = std::numeric_limits<int>::max()) : most_(most) {}

  /// The most lanes that there are with the calling thread's number of threads.
  int most() const;

  /// Runs all of it in as many lanes as were fastest for this count and this number of threads. The
  /// first calls try each number twice, but once if it is clearly slower than another.
  void run(std::int64_t count, const LaneWork& work);
  /// Runs all of it likewise and learns nothing from it: work that is not like the rest.
  void run_unlike(std::int64_t count, const LaneWork& work);

 private:
  struct Trial {
    int lanes;
    int times = 0;
    double least = 0;  // seconds
  };
  using Trials = std::vector<Trial>;

  Trials& trials(std::int64_t count);
  static Trial& fastest(Trials& trials);
  static Trial* untried(Trials& trials);

  int most_;
  std::map<std::pair<std::int64_t, int>, Trials> trials_;  // by count and number of threads
};

}  // namespace raygen::engine
