#include "compute/floating_point.hpp"

#include "compute/openmp.hpp"

#include <atomic>
#include <limits>

namespace raygen::engine {

namespace {

/// Set once in the life of a process.
std::atomic<bool> seen_otherwise{false};

bool flushes_to_zero() {
  volatile float tiny = std::numeric_limits<float>::min();
  tiny = tiny / 2;
  return tiny == 0;
}

bool is_plain() {
#ifdef __GLIBC__
  if (::fegetexcept() != 0) return false;
#endif
  return std::fegetround() == FE_TONEAREST && !flushes_to_zero();
}

}  // namespace

FloatingPoint::State FloatingPoint::state() {
  State now{};
  std::fegetenv(&now);
  return now;
}

void FloatingPoint::leave() const { std::fesetenv(&before_); }

void FloatingPoint::enter(const State& state) {
  std::fegetenv(&before_);
  std::fesetenv(&state);
}

void FloatingPoint::enter_plain() {
  std::fegetenv(&before_);
  if (!is_plain()) seen_otherwise = true;
  std::fesetenv(FE_DFL_ENV);
}

TeamFloatingPoint::TeamFloatingPoint() {
#ifdef RAYGEN_LIBGOMP
  if (!seen_otherwise) return;
  before_.resize(static_cast<std::size_t>(omp_get_max_threads()));
  in_each_thread([this](int number) {
    std::fegetenv(&before_[static_cast<std::size_t>(number)]);
    std::fesetenv(FE_DFL_ENV);
  });
#endif
}

TeamFloatingPoint::~TeamFloatingPoint() {
#ifdef RAYGEN_LIBGOMP
  if (before_.empty()) return;
  in_each_thread([this](int number) {
    const auto place = static_cast<std::size_t>(number);
    if (place < before_.size()) std::fesetenv(&before_[place]);
  });
#endif
}

}  // namespace raygen::engine
