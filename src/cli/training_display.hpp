#pragma once

#include "progress_bar.hpp"

#include <raygen/training.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace raygen::cli {

/// Tells on standard error how a training goes: a bar on a terminal, a line now and then elsewhere.
class TrainingDisplay {
 public:
  explicit TrainingDisplay(bool wanted) : wanted_(wanted) {}

  void show(const TrainingProgress& now);
  void clear() { bar_.reset(); }
  /// The first of several processes, which alone tells how it goes.
  bool first() const { return first_; }
  /// The folder that the config names.
  const std::string& out() const { return out_; }
  /// The last value of every metric of each stage.
  const std::map<std::string, std::map<std::string, double>>& metrics() const { return metrics_; }

 private:
  using Clock = std::chrono::steady_clock;
  void begin_stage(const TrainingProgress& now);
  void print_line(const TrainingProgress& now);

  bool wanted_, first_ = true;
  std::string stage_, out_;
  std::map<std::string, std::map<std::string, double>> metrics_;
  std::unique_ptr<ProgressBar> bar_;
  Clock::time_point last_line_{};
};

}  // namespace raygen::cli
