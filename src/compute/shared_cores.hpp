#pragma once
// A machine whose cores other processes want, too.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace raygen::engine {

/// Nanoseconds of the threads of a team: on a core, and ready to run without one.
struct CoreTime {
  std::uint64_t on = 0, waiting = 0;
};

/// Of the calling thread's team, all its threads together, as Linux counts them (schedstats); zeros
/// where the system does not say.
CoreTime team_core_time();

/// While it lives, libgomp's threads sleep at a barrier after microseconds. libgomp spins there for
/// milliseconds instead, unless it manages more threads than the process has cores; so this is a
/// team of threads that sleep, large enough for that beside a team of `threads`. Nothing of what is
/// computed changes. It does nothing where the threads cannot be had.
class SleepingTeam {
 public:
  explicit SleepingTeam(int threads);
  ~SleepingTeam();
  SleepingTeam(const SleepingTeam&) = delete;
  SleepingTeam& operator=(const SleepingTeam&) = delete;

 private:
  void sleep(int threads);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool asleep_ = false, over_ = false;
  std::thread thread_;
};

/// Of one call. A spinning thread keeps the core from whom it waits for, if the machine has no
/// other to give: a call beside two busy processes took ten times as long, not twice.
class SharedCores {
 public:
  /// spins: whether libgomp's threads do, as they do unless the environment told them otherwise
  /// (OMP_WAIT_POLICY, GOMP_SPINCOUNT). If they do not, there is nothing to be done.
  explicit SharedCores(bool spins = threads_spin()) : spins_(spins) {}

  /// To be called often, between parts of the work: it looks every few milliseconds at whether the
  /// team has waited for cores, and keeps a SleepingTeam while it does.
  void look();
  /// Whether it keeps one.
  bool sleeping() const { return sleeping_ != nullptr; }

 private:
  static bool threads_spin();

  bool spins_;
  std::unique_ptr<SleepingTeam> sleeping_;
};

}  // namespace raygen::engine
