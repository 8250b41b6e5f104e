#pragma once

#include "error.hpp"
#include "evaluation/evaluate.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace raygen::engine {

/// Tells the caller where one stage of an experiment is, and stops it when that is asked for.
class StageProgress {
 public:
  /// begun: what an earlier run has done of the stage, which took no time now.
  StageProgress(std::string stage, std::int64_t total, std::int64_t begun,
                const EvaluationCallback& callback, const Job* job)
      : stage_(std::move(stage)), total_(total), begun_(begun), callback_(callback), job_(job) {
    tell(begun);
  }

  /// Throws Error(cancelled).
  void tell(std::int64_t done) const {
    if (!goes_on(done))
      fail(Status::cancelled, "the experiment was stopped; the same command goes on");
  }
  /// False: stop.
  bool goes_on(std::int64_t done) const {
    if (job_ != nullptr && job_->cancelled()) return false;
    if (!callback_) return true;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    EvaluationProgress progress{stage_, done, total_, 0};
    if (done > begun_)
      progress.seconds_left =
          seconds * static_cast<double>(total_ - done) / static_cast<double>(done - begun_);
    return callback_(progress);
  }

 private:
  std::string stage_;
  std::int64_t total_, begun_;
  const EvaluationCallback& callback_;
  const Job* job_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace raygen::engine
