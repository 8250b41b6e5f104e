#pragma once
// What the parts of the extension share. Everything goes through the public headers.

#include "running.hpp"

#include <raygen/raygen.hpp>

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

namespace raygen::python {

namespace py = pybind11;
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Tokens = py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>;

/// The first call makes this process the one that computes; in a process forked from it, a call is
/// refused: the threads of LibTorch and OpenMP do not survive a fork, and waiting for them hangs. A
/// fork before the first call does no harm.
void expect_no_fork();

/// An object that one thread at a time may use, guarded: other Python threads wait for their turn
/// without the GIL.
template <typename T>
class Guarded {
 public:
  template <typename... Arguments>
  explicit Guarded(Arguments&&... arguments) : object_(std::forward<Arguments>(arguments)...) {}

  /// Runs `f(T&)` without the GIL.
  template <typename F>
  auto call(F&& f) {
    expect_no_fork();
    if (user_.load() == std::this_thread::get_id()) {
      throw Error(
          Status::invalid_argument,
          "used inside its own progress callback; make a second object from the same model");
    }
    const Running running;
    const std::unique_lock lock = take_turn();
    const py::gil_scoped_release release;
    const User user(user_);
    return f(object_);
  }

 private:
  struct Check {
    Check() { expect_no_fork(); }
  };
  struct User {
    explicit User(std::atomic<std::thread::id>& slot) : slot(slot) {
      slot = std::this_thread::get_id();
    }
    ~User() { slot = std::thread::id(); }
    std::atomic<std::thread::id>& slot;
  };

  /// Ctrl-C ends the waiting.
  std::unique_lock<std::timed_mutex> take_turn() {
    std::unique_lock lock(mutex_, std::defer_lock);
    for (;;) {
      {
        const py::gil_scoped_release release;
        if (lock.try_lock_for(std::chrono::milliseconds(50))) return lock;
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  Check check_;  // first: before the object is made
  T object_;
  std::timed_mutex mutex_;
  std::atomic<std::thread::id> user_{};
};

/// Inside a callback of the call that is `running`, with the GIL: handles signals (Ctrl-C raises
/// KeyboardInterrupt here), then asks `callback`, if any. It goes on unless that returns False or
/// cancels the job.
template <typename... Arguments>
bool go_on(Interruptible& running, const py::object& callback, const Arguments&... arguments) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (callback.is_none()) return true;
  const py::object answer = callback(arguments...);
  running.follow_given_job();
  if (answer.is_none() || answer.is(py::bool_(true))) return true;
  const bool is_bool = py::isinstance<py::bool_>(answer) ||
                       py::isinstance(answer, py::module_::import("numpy").attr("bool_"));
  return !is_bool || answer.cast<bool>();
}

template <typename T>
std::vector<T> values_of(const py::array_t<T, py::array::c_style | py::array::forcecast>& array) {
  return {array.data(), array.data() + array.size()};
}

/// (pixels [height,width,channels], text). Of an image that is given away the pixels are not copied
/// where they begin as `aligned` wants it.
py::tuple picture(const Image& image);
py::tuple picture(Image&& image);
Image image_of(const Floats& pixels);
py::array_t<std::int32_t> copied(Span<std::int32_t> values, std::vector<py::ssize_t> shape);
py::array_t<float> copied(Span<float> values, std::vector<py::ssize_t> shape);
template <typename T>
Span<T> span_of(const py::array_t<T, py::array::c_style | py::array::forcecast>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

void add_images(py::module_& module);
void add_models(py::module_& module);
void add_job(py::module_& module);
void add_parts(py::module_& module);
void add_data_and_training(py::module_& module);
void add_evaluation(py::module_& module);
void add_classifier(py::module_& module);

}  // namespace raygen::python
