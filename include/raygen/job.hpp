#pragma once
// Stopping a call from elsewhere.
//
//   raygen::Job job;
//   options.job = &job;
//   std::thread watcher([&] { wait_for_the_stop_button(); job.cancel(); });
//   generator.generate(prompts, options);            // throws Error(cancelled)

#include "error.hpp"

#include <memory>

namespace raygen {

/// Any number of threads may use one job, and a signal handler may cancel it. A job must outlive
/// the calls that were given it.
class Job {
 public:
  Job() {
    raygen_job* job = nullptr;
    detail::check([&](raygen_error* error) { return raygen_job_create(&job, error); });
    job_.reset(job);
  }
  /// A cancelled job stays cancelled. The call ends at its next check: between layers of a network,
  /// typically within a fraction of a sampling step.
  void cancel() noexcept { raygen_job_cancel(job_.get()); }
  bool cancelled() const noexcept { return raygen_job_cancelled(job_.get()) != 0; }

  raygen_job* get() const& noexcept { return job_.get(); }
  void get() const&& = delete;

 private:
  std::unique_ptr<raygen_job, detail::Free<raygen_job_free>> job_;
};

}  // namespace raygen
