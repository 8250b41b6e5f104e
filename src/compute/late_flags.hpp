#pragma once
// What a device found out, looked at later, so that it need not stand still meanwhile.

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <cstddef>
#include <deque>
#include <utility>

namespace raygen::engine {

/// Flags on their way from a device to the CPU, the oldest first. One stream.
class LateFlags {
 public:
  /// flag: bool []. Sets out now, in the current stream, and is not waited for.
  void push(const at::Tensor& flag);
  std::size_t size() const { return flags_.size(); }
  /// The oldest, which is waited for; false on a device without memory.
  bool pop();

 private:
  struct Flag {
    at::Tensor value;  // on the CPU, once `arrived`
    c10::Event arrived;
  };
  std::deque<Flag> flags_;
};

}  // namespace raygen::engine
