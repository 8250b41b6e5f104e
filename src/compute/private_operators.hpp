#pragma once
// Operators of LibTorch that are faster than its public ones and that no release promises: each is
// looked up and tried once, on a small example whose result is compared with the public operators'.
// Where a LibTorch lacks one, has changed it or computes something else with it, has_…() is false,
// and the public operators do the work.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace raygen::engine {

/// oneDNN's linear over a weight that was packed beforehand: x [...,in] → [...,out].
bool has_packed_linear();
at::Tensor pack_linear(const at::Tensor& weight);
at::Tensor packed_linear(const at::Tensor& x, const at::Tensor& packed,
                         const std::optional<at::Tensor>& bias);

/// oneDNN's convolution, likewise, and its form that adds into memory that is already there.
struct ConvolutionShape {
  std::int64_t stride = 1, padding = 0, groups = 1;
};
bool has_packed_convolution();
/// size: height and width of the images that it will see; 0 when not known.
at::Tensor pack_convolution(const at::Tensor& weight, ConvolutionShape shape, std::int64_t size);
at::Tensor packed_convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                              ConvolutionShape shape);
/// What may follow a convolution in the same pass: max(0, y), or min(6, max(0, y)).
enum class Activation { none, relu, relu6 };
/// Whether packed convolutions take groups and an activation.
bool has_activated_convolution();
at::Tensor activated_convolution(const at::Tensor& x, const at::Tensor& packed,
                                 const at::Tensor& bias, ConvolutionShape shape,
                                 Activation activation);
void add_packed_convolution(const at::Tensor& out, const at::Tensor& x, const at::Tensor& packed,
                            const at::Tensor& bias, ConvolutionShape shape);

/// One update of AdamW (Loshchilov and Hutter 2019); without decay, of Adam.
struct AdamStep {
  double rate, beta1, beta2, decay, epsilon;
  std::int64_t count;  // of this update, from 1
};
/// Fused into one pass over the tensors, or by public operators: equal but for rounding.
bool has_fused_adam(at::Device device);
void fused_adam(const std::vector<at::Tensor>& values, const std::vector<at::Tensor>& gradients,
                const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second,
                const AdamStep& step);
void plain_adam(const std::vector<at::Tensor>& values, const std::vector<at::Tensor>& gradients,
                const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second,
                const AdamStep& step);

/// Whether this thread may use what no release promises; false in tests only.
bool private_operators_allowed();

/// For tests: while it lives, this thread has none of them.
class WithoutPrivateOperators {
 public:
  WithoutPrivateOperators();
  ~WithoutPrivateOperators();
  WithoutPrivateOperators(const WithoutPrivateOperators&) = delete;
  WithoutPrivateOperators& operator=(const WithoutPrivateOperators&) = delete;
};

}  // namespace raygen::engine
