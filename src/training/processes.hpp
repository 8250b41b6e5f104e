#pragma once
// Data-parallel training: one process a device, sums through LibTorch's c10d.

#include "job.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace raygen::engine {

/// The processes of one training. One process alone needs no set-up and every sum is the value
/// itself.
class Processes {
 public:
  /// Reads rank, world size and address from the environment that torchrun (RANK, WORLD_SIZE,
  /// LOCAL_RANK, MASTER_ADDR, MASTER_PORT), Slurm (SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID,
  /// SLURM_STEP_NODELIST's first node) or Open MPI (OMPI_COMM_WORLD_RANK …) set; without them one
  /// process. Gloo for CPU tensors, NCCL for CUDA ones. Throws Error(unsupported) when this
  /// LibTorch has no c10d, Error(device) when the others cannot be reached in time. A cancelled job
  /// ends the waiting for others, here and later, with Error(cancelled).
  static std::unique_ptr<Processes> join(at::Device device, const Job* job);

  virtual ~Processes() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Index of this process on its machine: which CUDA device it takes.
  virtual int local_rank() const = 0;
  /// Every tensor becomes its sum over all processes (in buckets). Throws Error(device) when
  /// another process has gone, Error(cancelled) when the job is cancelled and the others have not
  /// come within a quarter of a minute.
  virtual void sum(std::vector<at::Tensor>& tensors) = 0;
  /// Every tensor becomes that of rank 0.
  virtual void broadcast(std::vector<at::Tensor>& tensors) = 0;
  /// Waits for all.
  virtual void barrier() = 0;
  bool first() const { return rank() == 0; }
};

}  // namespace raygen::engine
