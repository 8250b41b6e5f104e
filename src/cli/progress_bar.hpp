#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace raygen::cli {

/// A line on standard error that shows how far the work is and how long it will take, when that is a terminal.
class ProgressBar {
 public:
  /// total: units of work; `label` is shown after the bar.
  ProgressBar(std::size_t total, bool wanted);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void advance(std::size_t units, const std::string& label);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const std::string& label);

  std::size_t total_, done_ = 0;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now(), last_{};
};

}  // namespace raygen::cli
