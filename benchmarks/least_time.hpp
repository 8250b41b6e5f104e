#pragma once
// The shortest time of something that is done again and again.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

struct LeastTime {
  double taken = 0, processor = 0;  // seconds
};

/// The best time of one `work(i)` and the least processor time, of those that fit into `seconds`,
/// three at least.
template <typename Work>
LeastTime least_time(double seconds, const Work& work) {
  using Clock = std::chrono::steady_clock;
  LeastTime least;
  const auto begin = Clock::now();
  for (int i = 0; i < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < seconds;
       ++i) {
    const std::clock_t processor = std::clock();
    const auto start = Clock::now();
    work(i);
    const double taken = std::chrono::duration<double>(Clock::now() - start).count();
    const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    least.taken = i == 0 ? taken : std::min(least.taken, taken);
    least.processor = i == 0 ? used : std::min(least.processor, used);
  }
  return least;
}

template <typename Work>
void print_least_time(double seconds, const Work& work) {
  const LeastTime least = least_time(seconds, work);
  std::cout << least.taken << ' ' << least.processor << '\n';
}
