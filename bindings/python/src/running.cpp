#include "running.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <system_error>

namespace raygen::python {

namespace py = pybind11;

namespace {

struct Calls {
  std::mutex mutex;
  std::condition_variable over;
  std::multiset<Job*> jobs;
  std::multimap<Job*, Interruptible*> followers;  // by the job that their caller gave
  std::atomic<pid_t> process{
      0};  // whose threads they are: a process forked meanwhile has none of them
  bool ending = false;
};

Calls& calls() {
  static auto* all = new Calls;  // outlives what is destroyed at the process's end
  return *all;
}

thread_local int nested = 0;  // calls of this thread within each other

/// Python calls it before it ends, while threads still run.
void end_calls() {
  if (calls().process != ::getpid()) return;
  const py::gil_scoped_release release;  // which they need to come back
  std::unique_lock lock(calls().mutex);
  calls().ending = true;
  for (Job* job : calls().jobs)
    if (job != nullptr) job->cancel();
  calls().over.wait(lock, [] { return calls().jobs.empty(); });
}

}  // namespace

Running::Running(Job* job) : job_(job) {
  const std::lock_guard lock(calls().mutex);
  if (calls().ending)
    throw Error(Status::unsupported, "Python is ending: nothing is computed any more");
  calls().process = ::getpid();
  calls().jobs.insert(job_);
  ++nested;
}

Running::~Running() {
  {
    const std::lock_guard lock(calls().mutex);
    calls().jobs.erase(calls().jobs.find(job_));
    calls().over.notify_all();
    if (--nested > 0 || !calls().ending) return;
  }
  PyEval_SaveThread();
  for (;;) ::pause();
}

void cancel(Job& job) {
  job.cancel();
  if (calls().process != ::getpid()) return;  // nothing runs here, and the mutex may be another's
  const std::lock_guard lock(calls().mutex);
  const auto [first, last] = calls().followers.equal_range(&job);
  for (auto follower = first; follower != last; ++follower) follower->second->follow_given_job();
}

Interruptible::Interruptible(Job* given) : given_(given) {
  const bool watched = take_signals();
  if (watched || given == nullptr) own_.emplace();
  try {
    running_.emplace(job());
    if (own_ && given_ != nullptr) {
      const std::lock_guard lock(calls().mutex);
      calls().followers.emplace(given_, this);
    }
    follow_given_job();  // after it is a follower: no cancel comes between
    if (watched) watcher_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {
    leave_signals();  // no thread is left for it: Ctrl-C waits for the next callback
  } catch (...) {
    stop_following();
    leave_signals();
    throw;
  }
}

Interruptible::~Interruptible() {
  stop_following();
  leave_signals();
}

void Interruptible::stop_following() {
  const std::lock_guard lock(calls().mutex);
  auto [follower, last] = calls().followers.equal_range(given_);
  while (follower != last)
    follower = follower->second == this ? calls().followers.erase(follower) : std::next(follower);
}

void Interruptible::leave_signals() {
  if (own_ && pipe_[1] >= 0) {
    try {
      const py::object set = py::module_::import("signal").attr("set_wakeup_fd"),
                       listener = set(-1);
      if (listener.cast<int>() != pipe_[1]) set(listener);  // a callback has put another there
    } catch (py::error_already_set&) {                      // nothing can be told from here
    }
  }
  if (watcher_.joinable()) {
    over_ = true;
    const unsigned char wake = 0;
    [[maybe_unused]] const auto written = ::write(pipe_[1], &wake, 1);
    watcher_.join();
  }
  for (int& end : pipe_) {
    if (end >= 0) ::close(end);
    end = -1;
  }
}

/// Python tells of signals in its main thread only, and one listener at a time.
bool Interruptible::take_signals() {
  const py::module_ signal = py::module_::import("signal"),
                    threading = py::module_::import("threading");
  if (!threading.attr("current_thread")().is(threading.attr("main_thread")())) return false;
  if (!signal.attr("getsignal")(SIGINT).is(signal.attr("default_int_handler"))) return false;
  if (::pipe2(pipe_, O_NONBLOCK | O_CLOEXEC) != 0) return false;
  const py::object earlier =
      signal.attr("set_wakeup_fd")(pipe_[1], py::arg("warn_on_full_buffer") = false);
  if (earlier.cast<int>() == -1) return true;
  signal.attr("set_wakeup_fd")(earlier);
  return false;
}

void Interruptible::watch() {
  while (!over_) {
    pollfd waiting{pipe_[0], POLLIN, 0};
    unsigned char number = 0;
    ::poll(&waiting, 1, -1);
    while (::read(pipe_[0], &number, 1) == 1)
      if (number == SIGINT) own_->cancel();
  }
}

void add_end(py::module_& module) {
  module.def("_end", &end_calls, "Cancels what runs and waits for it.");
  py::module_::import("atexit").attr("register")(module.attr("_end"));
}

}  // namespace raygen::python
