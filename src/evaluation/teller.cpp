#include "evaluation/teller.hpp"

#include "error.hpp"

namespace raygen::engine {

void Teller::tell(const std::string& stage, std::int64_t done, std::int64_t total) {
  check_cancelled(job_);
  if (!goes_on(stage, done, total))
    fail(Status::cancelled, "stopped at the stage \"{}\"; the same call goes on", stage);
}

bool Teller::goes_on(const std::string& stage, std::int64_t done, std::int64_t total) {
  if (job_ != nullptr && job_->cancelled()) return false;
  if (!callback_) return true;
  const auto now = std::chrono::steady_clock::now();
  if (stage != stage_) stage_ = stage, first_ = done, begun_ = now;
  EvaluationProgress progress{stage, done, total, 0};
  if (done > first_)
    progress.seconds_left = std::chrono::duration<double>(now - begun_).count() *
                            static_cast<double>(total - done) / static_cast<double>(done - first_);
  return callback_(progress);
}

}  // namespace raygen::engine
