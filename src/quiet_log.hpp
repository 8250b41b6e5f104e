#pragma once

#include <mutex>

namespace raygen::engine {

/// The log level of a library that we use. It is the whole process's, so it is not saved and
/// restored by each call: the first call of ours that runs lowers it, and the last one that ends
/// gives it back, unless somebody else has set it meanwhile.
template <typename Level>
class LogLevel {
 public:
  constexpr LogLevel(Level (*get)(), void (*set)(Level), Level quiet)
      : get_(get), set_(set), quiet_(quiet) {}

  /// While one lives, the library is quiet.
  class Quiet {
   public:
    explicit Quiet(LogLevel& level) : level_(level) {
      const std::lock_guard lock(level_.mutex_);
      if (level_.calls_++ > 0) return;
      level_.before_ = level_.get_();
      level_.set_(level_.quiet_);
    }
    ~Quiet() {
      const std::lock_guard lock(level_.mutex_);
      if (--level_.calls_ == 0 && level_.get_() == level_.quiet_) level_.set_(level_.before_);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    LogLevel& level_;
  };

 private:
  Level (*get_)();
  void (*set_)(Level);
  Level quiet_, before_{};
  std::mutex mutex_;
  int calls_ = 0;
};

}  // namespace raygen::engine
