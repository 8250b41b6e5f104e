#include "door.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_session_create(const raygen_model* model, raygen_session** session,
                                    raygen_error* error) {
  clear(session);
  return guard(error, [&] {
    const auto& opened = required(model, "model").model;
    raygen_session*& place = required(session, "session");
    place = new raygen_session{opened, raygen::engine::Session(opened)};
  });
}

void raygen_session_free(raygen_session* session) { destroy(session); }

uint64_t raygen_session_memory(const raygen_session* session) {
  return !usable(session) ? 0 : session->session.memory();
}

void raygen_session_trim(raygen_session* session) {
  if (!usable(session) || session->busy.exchange(true, std::memory_order_acquire)) return;
  session->session.trim();
  session->busy.store(false, std::memory_order_release);
}

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
