#include "compute/guest.hpp"

#include "compute/floating_point.hpp"
#include "compute/host_guard.hpp"
#include "compute/shared_cores.hpp"

#include <ATen/ThreadLocalState.h>
#include <ATen/record_function.h>

#include <future>

namespace raygen::engine {

namespace {

/// LibTorch's settings of a thread that nobody has touched. It is never destroyed: calls may come
/// while the process ends.
const at::ThreadLocalState& untouched() {
  static const auto* const state = new at::ThreadLocalState(
      std::async(std::launch::async, [] { return at::ThreadLocalState(); }).get());
  return *state;
}

/// All of LibTorch's settings of this thread but those of a profiler, which only looks on.
void set_all_but_profiler(const at::ThreadLocalState& state) {
  const auto info = c10::ThreadLocalDebugInfo::current();
  const at::RecordFunctionTLS recorders = at::get_record_function_tls_();
  at::ThreadLocalState::setThreadLocalState(state);
  c10::ThreadLocalDebugInfo::_forceCurrentDebugInfo(info);
  at::set_record_function_tls_(recorders);
}

}  // namespace

struct Guest::Host {
  Host* outer = current;  // of the call whose callback makes this one
  at::ThreadLocalState torch;
  FloatingPoint floating_point;
  HostThreads threads;
  SharedCores cores;

  static thread_local Host* current;
};

thread_local Guest::Host* Guest::Host::current = nullptr;

Guest::Guest() : host_(std::make_unique<Host>()) {
  const at::ThreadLocalState& fresh = untouched();
  set_all_but_profiler(fresh);
  Host::current = host_.get();
}

Guest::~Guest() {
  Host::current = host_->outer;
  at::ThreadLocalState::setThreadLocalState(host_->torch);
}

void Guest::share_cores() {
  if (Host::current != nullptr) Host::current->cores.look();
}

struct Guest::Outside::Inside {
  Host& host;
  at::ThreadLocalState torch = at::ThreadLocalState();
  FloatingPoint::State floating_point = FloatingPoint::state();
  int threads = thread_count();
};

Guest::Outside::Outside() {
  if (Host::current == nullptr) return;
  inside_ = std::unique_ptr<Inside>(new Inside{*Host::current});
  at::ThreadLocalState::setThreadLocalState(inside_->host.torch);
  inside_->host.floating_point.leave();
  set_thread_count(inside_->host.threads.host());
}

Guest::Outside::~Outside() {
  if (!inside_) return;
  Host& host = inside_->host;
  host.torch = at::ThreadLocalState();
  host.floating_point.enter(inside_->floating_point);
  host.threads.host_has(thread_count());
  set_thread_count(inside_->threads);
  set_all_but_profiler(inside_->torch);
}

}  // namespace raygen::engine
