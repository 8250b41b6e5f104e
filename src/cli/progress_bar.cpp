#include "progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace raygen::cli {
namespace {

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

}  // namespace

ProgressBar::ProgressBar(std::size_t total, bool wanted)
    : total_(std::max<std::size_t>(total, 1)), shown_(wanted && ::isatty(STDERR_FILENO)) {}

void ProgressBar::advance(std::size_t units, const std::string& label) {
  done_ = std::min(done_ + units, total_);
  if (!shown_) return;
  const auto now = Clock::now();
  if (drawn_ && now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  draw(label);
}

void ProgressBar::draw(const std::string& label) {
  constexpr std::size_t width = 30;
  const double fraction = static_cast<double>(done_) / static_cast<double>(total_);
  const auto filled = static_cast<std::size_t>(fraction * static_cast<double>(width));
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const std::string left = done_ == 0 ? "" : ", " + duration(elapsed * (1 / fraction - 1)) + " left";
  std::fprintf(stderr, "\r\x1b[K[%s%s] %3.0f %%  %s%s", std::string(filled, '#').c_str(), std::string(width - filled, '.').c_str(),
               fraction * 100, label.c_str(), left.c_str());
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
