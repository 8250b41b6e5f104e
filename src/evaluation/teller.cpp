#include "evaluation/teller.hpp"

#include "error.hpp"

namespace raygen::engine {

void Teller::tell(const std::string& stage, std::int64_t done, std::int64_t total) {
  check_cancelled(job_);
  if (!callback_) return;
  const auto now = std::chrono::steady_clock::now();
  if (stage != stage_) stage_ = stage, begun_ = now;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  EvaluationProgress progress{stage, done, total, 0};
  if (done > 0)
    progress.seconds_left = seconds * static_cast<double>(total - done) / static_cast<double>(done);
  if (!callback_(progress)) fail(Status::cancelled, "the evaluation was stopped");
}

}  // namespace raygen::engine
