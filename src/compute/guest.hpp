#pragma once
// The manners of a guest: what a host has set for its thread changes none of our numbers, and is
// there again afterwards.

#include <memory>
#include <type_traits>

namespace raygen::engine {

/// One call. While it lives, the calling thread is what a fresh one is: LibTorch's settings of the
/// thread (autocast, gradients, inference mode, modes and transforms of Python, saved tensors'
/// hooks), how floating-point numbers are rounded, and the number of OpenMP threads that is the
/// host's. Afterwards all of it is as the host had it. A profiler of the host goes on seeing what
/// is computed.
class Guest {
 public:
  Guest();
  ~Guest();
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  /// f(), which is the host's own (a callback), with the thread as the host has it; what the host
  /// sets there stays set after the call.
  template <typename F>
  static std::invoke_result_t<const F&> as_host(const F& f) {
    const Outside outside;
    return f();
  }

  /// To be called often by what computes for long, in the thread of the call: where other processes
  /// want the cores, too, the call's threads sleep at barriers from then on (see SharedCores).
  static void share_cores();

 private:
  class Outside {
   public:
    Outside();
    ~Outside();
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;

   private:
    struct Inside;
    std::unique_ptr<Inside> inside_;  // none where no call is running
  };
  struct Host;
  std::unique_ptr<Host> host_;
};

}  // namespace raygen::engine
