#pragma once
// Which samples a step sees, and the random numbers it uses: functions of the seed and of where the
// sample stands, so that a run can be stopped and resumed anywhere and does not depend on the
// number of processes.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// Every sample once an epoch, in an order of its own each.
class SampleOrder {
 public:
  SampleOrder(std::uint64_t seed, std::int64_t samples) : seed_(seed), samples_(samples) {}
  /// The sample at a place in the endless sequence of epochs.
  std::int64_t at(std::uint64_t place);

 private:
  std::uint64_t seed_;
  std::int64_t samples_;
  std::uint64_t epoch_ = ~std::uint64_t{0};
  std::vector<std::int64_t> order_;
};

/// The share of one process in a step's batch: places step·B + offset … in the sequence of samples.
struct Share {
  std::uint64_t first = 0;  // place of the first sample
  std::int64_t count = 0;
};

/// Cuts one process's share of a step into micro-batches. batch must be divisible by processes.
std::vector<Share> shares(std::int64_t step, std::int64_t batch, std::int64_t micro_batch, int rank,
                          int processes);

}  // namespace raygen::engine
