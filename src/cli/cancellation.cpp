#include "cancellation.hpp"

#include <csignal>

namespace raygen::cli {
namespace {

volatile std::sig_atomic_t received = 0;
Job* cancelled_job = nullptr;  // set before the handlers are

void on_signal(int signal) {
  received = signal;
  cancelled_job->cancel();
}

}  // namespace

Job& cancel_on_signals() {
  static Job job;
  cancelled_job = &job;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return job;
}

int cancelling_signal() { return received; }

void throw_if_cancelled() {
  if (received != 0) throw Error(Status::cancelled, "cancelled");
}

}  // namespace raygen::cli
