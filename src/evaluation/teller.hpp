#pragma once
// Tells the caller where an evaluation is, and stops it when that is asked for.

#include "evaluation/evaluate.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace raygen::engine {

class Teller {
 public:
  Teller(const EvaluationCallback& callback, const Job* job) : callback_(callback), job_(job) {}

  /// Throws Error(cancelled).
  void tell(const std::string& stage, std::int64_t done, std::int64_t total);

 private:
  const EvaluationCallback& callback_;
  const Job* job_;
  std::string stage_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace raygen::engine
