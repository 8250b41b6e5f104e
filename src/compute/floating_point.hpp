#pragma once
// How the processor rounds, and whether it flushes what is tiny to zero: a thread's registers.

#include <cfenv>
#include <vector>

namespace raygen::engine {

/// While it lives, this thread computes as the C standard has it: rounding to the nearest, numbers
/// below the normal ones kept, no traps. Afterwards the thread does what it did before.
class FloatingPoint {
 public:
  using State = std::fenv_t;

  FloatingPoint() { enter_plain(); }
  ~FloatingPoint() { leave(); }
  FloatingPoint(const FloatingPoint&) = delete;
  FloatingPoint& operator=(const FloatingPoint&) = delete;

  static State state();
  /// As before, until enter().
  void leave() const;
  /// Takes what the thread does now for what it is to do afterwards.
  void enter(const State& state);

 private:
  void enter_plain();
  State before_{};
};

/// The same for all threads of this thread's OpenMP team, in a process where any thread was seen to
/// compute otherwise: threads that such a thread starts inherit it.
class TeamFloatingPoint {
 public:
  TeamFloatingPoint();
  ~TeamFloatingPoint();
  TeamFloatingPoint(const TeamFloatingPoint&) = delete;
  TeamFloatingPoint& operator=(const TeamFloatingPoint&) = delete;

 private:
  std::vector<FloatingPoint::State> before_;
};

}  // namespace raygen::engine
