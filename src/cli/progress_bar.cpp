#include "progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace raygen::cli {

std::string duration(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  char text[64];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
  else if (whole >= 60)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld s", whole);
  return text;
}

ProgressBar::ProgressBar(std::size_t total, bool wanted)
    : total_(std::max<std::size_t>(total, 1)), shown_(wanted && ::isatty(STDERR_FILENO)) {}

bool ProgressBar::due() {
  const auto now = Clock::now();
  if (!shown_ || (drawn_ && now - last_ < std::chrono::milliseconds(100))) return false;
  last_ = now;
  return true;
}

void ProgressBar::advance(std::size_t units, const std::string& label) {
  done_ = std::min(done_ + units, total_);
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  if (due())
    draw(elapsed * static_cast<double>(total_ - done_) / static_cast<double>(done_), label);
}

void ProgressBar::show(std::size_t done, double seconds_left, const std::string& label) {
  done_ = std::min(done, total_);
  if (due()) draw(seconds_left, label);
}

void ProgressBar::draw(double seconds_left, const std::string& label) {
  constexpr std::size_t width = 30;
  const double fraction = static_cast<double>(done_) / static_cast<double>(total_);
  const auto filled = static_cast<std::size_t>(fraction * static_cast<double>(width));
  const std::string left = done_ == 0 ? "" : ", " + duration(seconds_left) + " left";
  std::fprintf(stderr, "\r\x1b[K[%s%s] %3.0f %%  %s%s", std::string(filled, '#').c_str(),
               std::string(width - filled, '.').c_str(), fraction * 100, label.c_str(),
               left.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace raygen::cli
