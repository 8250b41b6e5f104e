#pragma once
// Tells the caller where an evaluation or an experiment is, and stops it when that is asked for.

#include "evaluation/evaluate.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace raygen::engine {

class Teller {
 public:
  Teller(const EvaluationCallback& callback, const Job* job) : callback_(callback), job_(job) {}

  /// What is done when a stage is told for the first time took no time: an earlier call did it.
  /// Throws Error(cancelled).
  void tell(const std::string& stage, std::int64_t done, std::int64_t total);
  /// The same for a caller that ends its work itself: false is to stop.
  bool goes_on(const std::string& stage, std::int64_t done, std::int64_t total);

 private:
  const EvaluationCallback& callback_;
  const Job* job_;
  std::string stage_;
  std::int64_t first_ = 0;  // what was done when the stage began
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace raygen::engine
