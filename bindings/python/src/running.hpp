#pragma once
// Calls that compute, as Python's interpreter must know of them: the one that Ctrl-C ends at once,
// and those that must be over before it ends.

#include <raygen/job.hpp>

#include <pybind11/pybind11.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace raygen::python {

/// A call that runs. When the interpreter ends, jobs are cancelled and the calls waited for; a
/// thread that Python does not wait for (a daemon) never comes back from its call then: whatever it
/// did in an interpreter that ends, such as printing an error, could abort the process. Made and
/// destroyed with the GIL; throws Error(unsupported) when it is ending.
class Running {
 public:
  explicit Running(Job* job = nullptr);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  Job* job_;
};

/// Cancels a job that Python has, and the calls that it was given to.
void cancel(Job& job);

/// While it lives Ctrl-C cancels job() at once, where Python handles it in its own way
/// (KeyboardInterrupt) and in this thread: a thread sleeps until Python writes a signal to its
/// descriptor. So does cancel() of the job that the caller gave. Made and destroyed with the GIL.
class Interruptible {
 public:
  explicit Interruptible(Job* given);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  Job* job() { return own_ ? &*own_ : given_; }

  /// Cancels job() when the caller's is cancelled.
  void follow_given_job() {
    if (own_ && given_ != nullptr && given_->cancelled()) own_->cancel();
  }

  /// f(), which gives the GIL away meanwhile; what Ctrl-C has cancelled raises KeyboardInterrupt.
  template <typename F>
  auto call(F&& f) {
    try {
      return f();
    } catch (const Error& error) {
      if (error.status() == Status::cancelled && PyErr_CheckSignals() != 0)
        throw pybind11::error_already_set();
      throw;
    }
  }

  /// call() of what takes nothing of Python's, without the GIL.
  template <typename F>
  auto call_without_gil(F&& f) {
    return call([&] {
      const pybind11::gil_scoped_release release;
      return f();
    });
  }

 private:
  bool take_signals();
  void leave_signals();
  void stop_following();
  void watch();

  Job* given_;
  std::optional<Job> own_;
  int pipe_[2] = {-1, -1};
  std::atomic<bool> over_{false};
  std::thread watcher_;
  std::optional<Running> running_;
};

void add_end(pybind11::module_& module);

}  // namespace raygen::python
