#include "compute/recordings.hpp"

#include "compute/compute.hpp"
#include "compute/device_kernel.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <algorithm>
#include <utility>

namespace raygen::engine {

namespace {

/// Shapes come and go with the batches and the options of a host: the oldest makes room.
constexpr std::size_t most_entries = 8;

std::vector<std::int64_t> shape_of(const Recordings::Tensors& inputs) {
  std::vector<std::int64_t> shape;
  for (const at::Tensor& input : inputs) {
    shape.push_back(static_cast<std::int64_t>(input.scalar_type()));
    shape.push_back(input.dim());
    shape.insert(shape.end(), input.sizes().begin(), input.sizes().end());
  }
  return shape;
}

}  // namespace

struct Recordings::Entry {
  std::string name;
  std::vector<std::int64_t> shape;
  int calls = 0;
  bool refused = false;  // cannot be recorded
  Tensors inputs;        // the recording's own
  Tensors sources;       // what they were copied from last
  at::Tensor result;
  std::unique_ptr<Recording> recording;

  /// Copies what may have changed.
  void take(const Tensors& given, std::size_t steady) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (i + steady >= given.size() && given[i].is_same(sources[i])) continue;
      inputs[i].copy_(given[i]);
      sources[i] = given[i];
    }
  }
};

Recordings::Recordings(std::unique_ptr<Recorder> recorder) : recorder_(std::move(recorder)) {}

Recordings::~Recordings() {
  try {
    clear();
  } catch (...) {  // a device that failed: nothing can be told here
  }
}

/// What was used longest ago is forgotten where there are too many.
Recordings::Entry& Recordings::entry_of(const std::string& name, const Tensors& inputs) {
  const std::vector<std::int64_t> shape = shape_of(inputs);
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->name == name && entry->shape == shape;
  });
  if (known != entries_.end()) {
    std::rotate(known, known + 1, entries_.end());
  } else {
    if (entries_.size() == most_entries) {
      finish(inputs.front().device());
      entries_.erase(entries_.begin());
    }
    entries_.push_back(std::make_unique<Entry>());
    entries_.back()->name = name;
    entries_.back()->shape = shape;
  }
  return *entries_.back();
}

void Recordings::record(Entry& entry, const Tensors& inputs, const Compute& compute) {
  for (const at::Tensor& input : inputs)
    entry.inputs.push_back(input.clone(at::MemoryFormat::Contiguous));
  entry.sources = inputs;
  entry.recording = recorder_->record([&] { entry.result = compute(entry.inputs); });
}

/// A host may move between streams: what the last call started is finished before its memory is
/// written to from another one.
void Recordings::enter_stream(at::Device device) {
  const c10::Stream now = c10::impl::VirtualGuardImpl(device.type()).getStream(device);
  if (stream_ && *stream_ != now) stream_->synchronize();
  stream_ = now;
}

at::Tensor Recordings::run(const std::string& name, const Tensors& inputs, std::size_t steady,
                           const Compute& compute) {
  if (recorder_ == nullptr || cuda_use() != CudaUse::graphs) return compute(inputs);
  enter_stream(inputs.front().device());
  Entry& entry = entry_of(name, inputs);
  ++entry.calls;
  if (entry.refused || entry.calls == 1) return compute(inputs);  // and so LibTorch warms up
  if (entry.recording != nullptr) {
    entry.take(inputs, steady);
  } else {
    try {
      record(entry, inputs, compute);
    } catch (const std::exception& error) {
      problem_ = error.what();
      entry.refused = true;
      entry.inputs.clear();
      entry.sources.clear();
      entry.result.reset();
      return compute(inputs);
    }
  }
  entry.recording->replay();
  return entry.result;
}

void Recordings::clear() {
  if (entries_.empty()) return;
  if (stream_) stream_->synchronize();
  entries_.clear();
  stream_.reset();
}

std::uint64_t Recordings::memory() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : entries_) {
    for (const at::Tensor& input : entry->inputs) bytes += input.nbytes();
    if (entry->result.defined()) bytes += entry->result.nbytes();
  }
  return bytes;
}

}  // namespace raygen::engine
