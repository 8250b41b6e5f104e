#pragma once
// Kernels of our own on a CUDA device, compiled when they are first used by the compiler that
// LibTorch brings (NVRTC): no CUDA compiler, header or library is needed to build. Where they
// cannot be compiled, tensor operations do the work.

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace raygen::engine {

/// How much of CUDA is used beyond LibTorch's operators: the environment variable RAYGEN_CUDA, read
/// once, is "plain" for operators alone, "kernels" for our kernels too, and "graphs", the default,
/// for recorded sequences as well.
enum class CudaUse { plain, kernels, graphs };
CudaUse cuda_use();

/// For tests: while it lives, this thread uses no more than that.
class LimitedCudaUse {
 public:
  explicit LimitedCudaUse(CudaUse most);
  ~LimitedCudaUse();
  LimitedCudaUse(const LimitedCudaUse&) = delete;
  LimitedCudaUse& operator=(const LimitedCudaUse&) = delete;

 private:
  CudaUse before_;
};

/// How many blocks of how many threads.
struct LaunchShape {
  std::int64_t blocks_x = 1, blocks_y = 1, threads = 256;
};

/// The functions of one source in CUDA's C++. Any number of threads.
class DeviceKernels {
 public:
  /// source: lives as long as the program.
  explicit DeviceKernels(std::string_view source) : source_(source) {}

  /// Whether the functions can be called on the device. The first call for a device compiles them.
  bool ready(at::Device device) const;
  /// Calls a function in the current stream of the device, which is ready; not waited for. Tensors
  /// are passed as pointers to their first element. Throws Error(device).
  template <typename... Arguments>
  void launch(at::Device device, const char* function, const LaunchShape& shape,
              const Arguments&... arguments) const {
    auto values = std::make_tuple(argument(arguments)...);
    std::apply(
        [&](auto&... each) {
          std::array<void*, sizeof...(each)> pointers{static_cast<void*>(&each)...};
          launch_with(device, function, shape, pointers.data());
        },
        values);
  }

 private:
  static void* argument(const at::Tensor& tensor) { return tensor.data_ptr(); }
  template <typename T>
  requires std::is_arithmetic_v<T>
  static T argument(T value) { return value; }
  void launch_with(at::Device device, const char* function, const LaunchShape& shape,
                   void** arguments) const;

  std::string_view source_;
};

/// Why our kernels cannot be used on a device that LibTorch can use; empty where they can. For
/// whoever looks into why it is slow.
std::string kernel_problem();

}  // namespace raygen::engine
