#include "compute/late_flags.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace raygen::engine {

void LateFlags::push(const at::Tensor& flag) {
  const at::Device device = flag.device();
  Flag& own = flags_.emplace_back(Flag{flag, c10::Event(device.type())});
  if (!device.is_cuda()) return;
  own.value = flag.to(at::kCPU, /*non_blocking=*/true);
  own.arrived.record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

bool LateFlags::pop() {
  const Flag oldest = std::move(flags_.front());
  flags_.pop_front();
  if (oldest.value.is_meta()) return false;
  if (oldest.arrived.was_marked_for_recording()) oldest.arrived.synchronize();
  return oldest.value.item<bool>();
}

}  // namespace raygen::engine
