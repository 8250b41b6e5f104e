#pragma once
// Sequences of operators that a device does again and again with the same shapes: recorded once,
// and then started as one (CUDA graphs).

#include <ATen/core/Tensor.h>
#include <c10/core/Stream.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// One sequence of operators over memory that stays where it is.
class Recording {
 public:
  virtual ~Recording() = default;
  /// Starts the sequence in the current stream.
  virtual void replay() = 0;
};

/// What records on one kind of device.
class Recorder {
 public:
  virtual ~Recorder() = default;
  /// Calls compute() once, whose operators are recorded and may not be executed by that. They read
  /// nothing back. Throws what compute() throws, and Error(device).
  virtual std::unique_ptr<Recording> record(const std::function<void()>& compute) = 0;
};

/// That of the device, for one user, one thread at a time; NULL where there is none.
std::unique_ptr<Recorder> make_recorder(at::Device device);

/// A session's recordings. One thread at a time.
class Recordings {
 public:
  using Tensors = std::vector<at::Tensor>;
  using Compute = std::function<at::Tensor(const Tensors&)>;

  /// recorder: NULL computes everything as it is.
  explicit Recordings(std::unique_ptr<Recorder> recorder);
  ~Recordings();
  Recordings(const Recordings&) = delete;
  Recordings& operator=(const Recordings&) = delete;

  /// compute(inputs), which depends on the inputs' values, on their shapes and types, on what
  /// `name` stands for, and on nothing else. The first call with such shapes computes, the second
  /// records, and the others replay. `steady`, the last of the inputs, so many, are not written to
  /// after they are passed: the same tensor is the same values. The result is overwritten by the
  /// next run() of the same name and shapes.
  at::Tensor run(const std::string& name, const Tensors& inputs, std::size_t steady,
                 const Compute& compute);
  /// Waits for what was started, and forgets all recordings and their memory.
  void clear();
  /// Bytes of the inputs and results that are kept. What lies between is the device allocator's.
  std::uint64_t memory() const;
  /// Why something could not be recorded, the last time; empty where everything could.
  const std::string& problem() const { return problem_; }

 private:
  struct Entry;

  Entry& entry_of(const std::string& name, const Tensors& inputs);
  void record(Entry& entry, const Tensors& inputs, const Compute& compute);
  void enter_stream(at::Device device);

  std::unique_ptr<Recorder> recorder_;
  std::vector<std::unique_ptr<Entry>> entries_;  // the one that was used last comes last
  std::optional<c10::Stream> stream_;            // in which the last call ran
  std::string problem_;
};

}  // namespace raygen::engine
