#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace raygen::cli {

/// "2 h 05 min", "3 min 20 s", "12 s"
std::string duration(double seconds);

/// A line on standard error that shows how far the work is and how long it will take, when that is
/// a terminal.
class ProgressBar {
 public:
  /// total: units of work; `label` is shown after the bar.
  ProgressBar(std::size_t total, bool wanted);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void advance(std::size_t units, const std::string& label);
  /// The same for work that knows its own speed.
  void show(std::size_t done, double seconds_left, const std::string& label);
  bool shown() const { return shown_; }
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool due();
  void draw(double seconds_left, const std::string& label);

  std::size_t total_, done_ = 0;
  bool shown_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now(), last_{};
};

}  // namespace raygen::cli
