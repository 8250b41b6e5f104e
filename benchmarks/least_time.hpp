#pragma once
// The shortest time of something that is done again and again.

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

/// Prints the best time of one `work(i)` and the least processor time, in seconds, of those that fit
/// into `seconds`, three at least.
template <typename Work>
void print_least_time(double seconds, const Work& work) {
  using Clock = std::chrono::steady_clock;
  double best = 0, least = 0;
  const auto begin = Clock::now();
  for (int i = 0; i < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < seconds;
       ++i) {
    const std::clock_t processor = std::clock();
    const auto start = Clock::now();
    work(i);
    const double taken = std::chrono::duration<double>(Clock::now() - start).count();
    const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    best = i == 0 ? taken : std::min(best, taken);
    least = i == 0 ? used : std::min(least, used);
  }
  std::cout << best << ' ' << least << '\n';
}
