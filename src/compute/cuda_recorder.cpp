// CUDA graphs by LibTorch's own class. Its header includes CUDA's, which come with PyPI's torch or
// a toolkit: where they are missing when the library is built, nothing is recorded. Devices and
// streams go through LibTorch's guards of any device: those for CUDA would call CUDA's runtime from
// here, which is not linked.

#include "compute/recordings.hpp"

#ifdef RAYGEN_CUDA_GRAPHS

#include "compute/compute.hpp"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/cuda/CUDACachingAllocator.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace at::cuda {
void clearCublasWorkspaces();  // its own header includes those of every library of CUDA
}

namespace raygen::engine {

namespace {

/// One capture at a time: in each device's stream for it.
struct Captures {
  std::mutex busy;
  std::map<c10::DeviceIndex, c10::Stream> streams;
  std::vector<std::unique_ptr<Recording>> abandoned;

  /// Streams come from a small pool of LibTorch's, which a stream for each capture would go around.
  c10::Stream of(at::Device device) {
    const auto known = streams.find(device.index());
    if (known != streams.end()) return known->second;
    const c10::Stream fresh =
        c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
    return streams.emplace(device.index(), fresh).first->second;
  }
};

Captures& captures() {
  static Captures* const all = new Captures;  // outlives LibTorch's own statics
  return *all;
}

class CudaRecording final : public Recording {
 public:
  at::cuda::CUDAGraph& graph() { return graph_; }
  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

class CudaRecorder final : public Recorder {
 public:
  explicit CudaRecorder(at::Device device) : device_(device) {}

  std::unique_ptr<Recording> record(const std::function<void()>& compute) override {
    const std::lock_guard lock(captures().busy);
    const c10::DeviceGuard device(device_);
    const c10::Stream own = captures().of(device_);
    // What the inputs are copied by is in the current stream.
    finish(device_);
    // The recording's memory is its own: what computing before it has left would lie idle beside
    // it.
    c10::cuda::CUDACachingAllocator::emptyCache();
    auto recording = std::make_unique<CudaRecording>();
    const c10::StreamGuard in_own(own);
    try {
      capture(recording->graph(), compute);
    } catch (...) {
      abandon(std::move(recording));
      throw;
    }
    return recording;
  }

 private:
  /// A workspace of cuBLAS belongs to a thread and a stream. Each recording gets its own, in its
  /// pool: two that share one could not run at a time.
  void capture(at::cuda::CUDAGraph& graph, const std::function<void()>& compute) {
    at::cuda::clearCublasWorkspaces();
    // Of this thread alone: other threads allocate memory meanwhile.
    graph.capture_begin(pool(), cudaStreamCaptureModeThreadLocal);
    compute();
    graph.capture_end();
    at::cuda::clearCublasWorkspaces();
  }

  /// Ends a capture that failed, wherever it did. The allocators may still ask the graph which
  /// streams it is captured in, so it stays.
  void abandon(std::unique_ptr<CudaRecording> recording) {
    try {
      recording->graph().capture_end();
    } catch (...) {  // it was not begun, or is invalid
      try {
        c10::cuda::CUDACachingAllocator::endAllocateToPool(device_.index(), pool());
      } catch (...) {  // it had come so far already
      }
    }
    at::cuda::clearCublasWorkspaces();
    captures().abandoned.push_back(std::move(recording));
  }

  /// One for all recordings of a session, of which one runs at a time.
  at::cuda::MempoolId_t pool() {
    if (!pool_) pool_ = at::cuda::graph_pool_handle();
    return *pool_;
  }

  at::Device device_;
  std::optional<at::cuda::MempoolId_t> pool_;
};

}  // namespace

std::unique_ptr<Recorder> make_recorder(at::Device device) {
  return device.is_cuda() ? std::make_unique<CudaRecorder>(device) : nullptr;
}

}  // namespace raygen::engine

#else

namespace raygen::engine {

std::unique_ptr<Recorder> make_recorder(at::Device) { return nullptr; }

}  // namespace raygen::engine

#endif
