#pragma once
// Where and in which precision a model computes, and where its weights come from.

#include "storage/safetensors.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

/// meta, for tests: tensors have shapes and no memory, so that whatever reads one back fails.
enum class DeviceChoice { automatic, cpu, cuda, meta };
enum class PrecisionChoice { automatic, float32, bfloat16, int8 };

/// A resolved choice: this device, this type for weights and activations. int8_linears: linears
/// keep their weights in 8 bits and quantise what comes, and all else is in `type`.
struct Compute {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
  bool int8_linears = false;
};

/// Throws Error(device) when CUDA is asked for and absent, Error(unsupported) when the device has
/// no bfloat16 and it is asked for, or is no CPU and int8 is asked for. automatic precision is
/// bfloat16 where the device multiplies it in hardware, else float32; int8 computes all but its
/// linears in that, too.
Compute resolve_compute(DeviceChoice device, int device_index, PrecisionChoice precision);

/// "float32" or "bfloat16"; of a compute, "int8" where its linears are.
const char* name_of(at::ScalarType type);
const char* name_of(const Compute& compute);

/// Whether the CPU multiplies bfloat16 in hardware, and whether whole tiles of it (AMX).
bool cpu_multiplies_bfloat16();
bool cpu_has_bfloat16_tiles();

/// Whether a CPU tensor holds neither NaN nor infinity.
bool is_finite(const at::Tensor& tensor);

/// Waits until all is computed that this thread has asked of the device, in its current stream.
/// What is kept for other threads is finished first: their streams do not wait for this one.
void finish(at::Device device);

/// Hands out a part's weights by name, checked for NaN and infinity, and lets the file's pages go
/// afterwards. A weight that is stored in 8 bits comes as the numbers that it stands for.
class WeightSource {
 public:
  WeightSource(std::shared_ptr<const SafetensorsFile> file, Compute compute)
      : file_(std::move(file)), compute_(compute) {}
  /// A copy in the compute's type on its device. Throws Error(numeric) naming file and tensor when
  /// a value is not finite.
  at::Tensor load(const std::string& name) const { return load(name, compute_.type); }
  at::Tensor load(const std::string& name, at::ScalarType type) const;
  /// As load, but the file's own pages where they will do: for a weight that is packed into other
  /// memory at once; then release it.
  at::Tensor borrow(const std::string& name) const { return borrow(name, compute_.type); }
  at::Tensor borrow(const std::string& name, at::ScalarType type) const;
  void release(const std::string& name) const { file_->release(name); }
  bool contains(const std::string& name) const { return file_->entries().count(name) != 0; }
  const Compute& compute() const { return compute_; }
  /// The same weights for what computes in the compute's type, whatever its linears do.
  WeightSource in_full() const { return {file_, {compute_.device, compute_.type}}; }

 private:
  at::Tensor checked(const std::string& name) const;

  std::shared_ptr<const SafetensorsFile> file_;
  Compute compute_;
};

}  // namespace raygen::engine
