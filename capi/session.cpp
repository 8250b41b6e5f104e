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
  return !usable(session) ? 0 : session->memory.load(std::memory_order_relaxed);
}

void raygen_session_trim(raygen_session* session) {
  if (!usable(session) || session->busy.exchange(true, std::memory_order_acquire)) return;
  session->session.trim();
  session->memory.store(session->session.memory(), std::memory_order_relaxed);
  session->busy.store(false, std::memory_order_release);
}

}  // extern "C"
