#include "door.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_job_create(raygen_job** job, raygen_error* error) {
  clear(job);
  return guard(error, [&] { give(job, "job"); });
}

void raygen_job_cancel(raygen_job* job) {
  if (usable(job)) job->job.cancel();
}

int32_t raygen_job_cancelled(const raygen_job* job) {
  return usable(job) && job->job.cancelled() ? 1 : 0;
}

void raygen_job_free(raygen_job* job) { destroy(job); }

}  // extern "C"
