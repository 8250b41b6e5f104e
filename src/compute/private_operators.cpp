#include "compute/private_operators.hpp"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <exception>
#include <new>

namespace raygen::engine {

namespace {

thread_local int without = 0;

using Attributes = c10::List<std::optional<at::Scalar>>;
using OptionalTensor = std::optional<at::Tensor>;
using OptionalName = std::optional<c10::string_view>;
using Sizes = c10::SymIntArrayRef;

using PackLinear = at::Tensor(const at::Tensor&, std::optional<c10::SymInt>);
using RunLinear = at::Tensor(const at::Tensor&, const at::Tensor&, const OptionalTensor&,
                             c10::string_view, Attributes, OptionalName);
using PackConvolution = at::Tensor(const at::Tensor&, Sizes, Sizes, Sizes, c10::SymInt,
                                   c10::OptionalArrayRef<c10::SymInt>);
using RunConvolution = at::Tensor(const at::Tensor&, const at::Tensor&, const OptionalTensor&,
                                  Sizes, Sizes, Sizes, c10::SymInt, c10::string_view, Attributes,
                                  OptionalName);
using AddConvolution = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Tensor&,
                                   const OptionalTensor&, Sizes, Sizes, Sizes, c10::SymInt,
                                   c10::string_view, std::optional<at::Scalar>, OptionalName,
                                   Attributes, OptionalName);
using FusedAdam = void(at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                       at::TensorList, at::TensorList, double, double, double, double, double, bool,
                       bool, const OptionalTensor&, const OptionalTensor&);

template <typename Signature>
c10::TypedOperatorHandle<Signature> handle(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

/// Whether the example gives what was expected of it. One that fails for want of memory says
/// nothing, and is tried again by whoever asks next.
template <typename Example>
bool works(const Example& example) {
  try {
    const c10::InferenceMode inference;
    return example();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // LibTorch's, and oneDNN's own
    return false;
  }
}

/// A packed weight has one type. While training multiplies in another (autocast), what is packed
/// computes in its own.
class OwnType {
 public:
  OwnType(const at::Tensor& x, const at::Tensor& packed) : x_(x.to(packed.scalar_type())) {}
  const at::Tensor& x() const { return x_; }

 private:
  c10::impl::ExcludeDispatchKeyGuard no_autocast_{c10::autocast_dispatch_keyset};
  at::Tensor x_;
};

bool close(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && at::allclose(a, b, /*rtol=*/1e-4, /*atol=*/1e-5);
}

/// Numbers of both signs, none of them equal to its neighbours.
at::Tensor numbers(at::IntArrayRef sizes, double from) {
  const std::int64_t count = c10::multiply_integers(sizes);
  return at::arange(count, at::TensorOptions(at::kFloat)).mul_(0.7).add_(from).sin_().view(sizes);
}

struct Geometry {
  std::vector<c10::SymInt> padding, stride, dilation{1, 1};
  explicit Geometry(ConvolutionShape shape) : padding(2, shape.padding), stride(2, shape.stride) {}
};

bool linear_works() {
  const at::Tensor x = numbers({3, 8}, 0.1), weight = numbers({5, 8}, 0.2), bias = numbers({5}, 3);
  const at::Tensor packed = pack_linear(weight);
  return close(packed_linear(x, packed, bias), at::linear(x, weight, bias)) &&
         close(packed_linear(x, packed, std::nullopt), at::linear(x, weight));
}

bool convolution_works() {
  const at::Tensor x = numbers({1, 4, 6, 6}, 0.1).contiguous(at::MemoryFormat::ChannelsLast),
                   weight = numbers({3, 4, 3, 3}, 0.2), bias = numbers({3}, 3);
  for (const ConvolutionShape shape : {ConvolutionShape{1, 1}, ConvolutionShape{2, 0}}) {
    const at::Tensor expected =
        at::conv2d(x, weight, bias, {shape.stride, shape.stride}, {shape.padding, shape.padding});
    const at::Tensor packed = pack_convolution(weight, shape, 6);
    if (!close(packed_convolution(x, packed, bias, shape), expected)) return false;
    const at::Tensor out = at::full_like(expected, 2, {}, at::MemoryFormat::ChannelsLast);
    add_packed_convolution(out, x, packed, bias, shape);
    if (!close(out, expected + 2)) return false;
  }
  return true;
}

at::Tensor activated(const at::Tensor& y, Activation activation) {
  if (activation == Activation::none) return y;
  return activation == Activation::relu ? at::relu(y) : at::clamp(y, 0, 6);
}

bool activated_convolution_works() {
  const at::Tensor
      x = numbers({2, 4, 6, 6}, 0.1).mul_(9).contiguous(at::MemoryFormat::ChannelsLast),
      bias = numbers({4}, 3);
  for (const std::int64_t groups : {1, 4}) {
    const ConvolutionShape shape{1, 1, groups};
    const at::Tensor weight = numbers({4, 4 / groups, 3, 3}, 0.2);
    const at::Tensor packed = pack_convolution(weight, shape, 6),
                     plain = at::conv2d(x, weight, bias, 1, 1, 1, groups);
    for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6}) {
      if (!close(activated_convolution(x, packed, bias, shape, activation),
                 activated(plain, activation)))
        return false;
    }
  }
  return true;
}

bool adam_works(at::Device device) {
  const auto made = [device](double from) {
    return std::vector<at::Tensor>{numbers({2, 3}, from).to(device), numbers({4}, from).to(device)};
  };
  const auto zeros = [&] {
    auto all = made(0);
    for (at::Tensor& each : all) each.zero_();
    return all;
  };
  const auto values = made(0.1), plain_values = made(0.1), gradients = made(0.2);
  const auto first = zeros(), second = zeros(), plain_first = zeros(), plain_second = zeros();
  for (const std::int64_t count : {1, 2}) {
    const AdamStep step{0.05, 0.8, 0.9, 0.1, 1e-8, count};
    fused_adam(values, gradients, first, second, step);
    plain_adam(plain_values, gradients, plain_first, plain_second, step);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!close(values[i], plain_values[i]) || !close(first[i], plain_first[i]) ||
        !close(second[i], plain_second[i]))
      return false;
  }
  return true;
}

}  // namespace

bool has_packed_linear() {
  static const bool works_here = works(linear_works);
  return works_here && without == 0;
}

at::Tensor pack_linear(const at::Tensor& weight) {
  static const auto pack = handle<PackLinear>("mkldnn::_reorder_linear_weight");
  return pack.call(weight, std::nullopt);
}

at::Tensor packed_linear(const at::Tensor& x, const at::Tensor& packed,
                         const OptionalTensor& bias) {
  static const auto run = handle<RunLinear>("mkldnn::_linear_pointwise");
  const OwnType own(x, packed);
  return run.call(own.x(), packed, bias, "none", Attributes(), "");
}

bool has_packed_convolution() {
  static const bool works_here = works(convolution_works);
  return works_here && without == 0;
}

at::Tensor pack_convolution(const at::Tensor& weight, ConvolutionShape shape, std::int64_t size) {
  static const auto pack = handle<PackConvolution>("mkldnn::_reorder_convolution_weight");
  const Geometry geometry(shape);
  const std::vector<c10::SymInt> input{1, weight.size(1) * shape.groups, size, size};
  return pack.call(weight, geometry.padding, geometry.stride, geometry.dilation, shape.groups,
                   size > 0 ? c10::OptionalArrayRef<c10::SymInt>(input) : std::nullopt);
}

at::Tensor packed_convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                              ConvolutionShape shape) {
  return activated_convolution(x, packed, bias, shape, Activation::none);
}

bool has_activated_convolution() {
  static const bool works_here = works(activated_convolution_works);
  return works_here && without == 0;
}

at::Tensor activated_convolution(const at::Tensor& x, const at::Tensor& packed,
                                 const at::Tensor& bias, ConvolutionShape shape,
                                 Activation activation) {
  static const auto run = handle<RunConvolution>("mkldnn::_convolution_pointwise");
  const Geometry geometry(shape);
  const OwnType own(x, packed);
  Attributes limits;
  if (activation == Activation::relu6) {
    limits.push_back(at::Scalar(0.0));
    limits.push_back(at::Scalar(6.0));
  }
  const char* name = activation == Activation::none   ? "none"
                     : activation == Activation::relu ? "relu"
                                                      : "hardtanh";
  return run.call(own.x(), packed, bias, geometry.padding, geometry.stride, geometry.dilation,
                  shape.groups, name, std::move(limits), "");
}

void add_packed_convolution(const at::Tensor& out, const at::Tensor& x, const at::Tensor& packed,
                            const at::Tensor& bias, ConvolutionShape shape) {
  static const auto add = handle<AddConvolution>("mkldnn::_convolution_pointwise_", "binary");
  const Geometry geometry(shape);
  const OwnType own(x, packed);
  at::Tensor target = out;
  add.call(target, own.x(), packed, bias, geometry.padding, geometry.stride, geometry.dilation,
           shape.groups, "add", std::nullopt, std::nullopt, Attributes(), std::nullopt);
}

bool has_fused_adam(at::Device device) {
  static const bool on_cpu = works([] { return adam_works(at::kCPU); });
  if (device.is_cpu()) return on_cpu && without == 0;
  static const bool elsewhere = works([device] { return adam_works(device); });
  return elsewhere && without == 0;
}

void fused_adam(const std::vector<at::Tensor>& values, const std::vector<at::Tensor>& gradients,
                const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second,
                const AdamStep& step) {
  static const auto run = handle<FusedAdam>("aten::_fused_adamw_");
  std::vector<at::Tensor> counts;
  for (const at::Tensor& value : values)
    counts.push_back(
        at::scalar_tensor(static_cast<double>(step.count), value.options().dtype(at::kFloat)));
  run.call(values, gradients, first, second, {}, counts, step.rate, step.beta1, step.beta2,
           step.decay, step.epsilon, /*amsgrad=*/false, /*maximize=*/false, {}, {});
}

void plain_adam(const std::vector<at::Tensor>& values, const std::vector<at::Tensor>& gradients,
                const std::vector<at::Tensor>& first, const std::vector<at::Tensor>& second,
                const AdamStep& step) {
  const auto count = static_cast<double>(step.count);
  const double first_share = 1 - std::pow(step.beta1, count),
               second_share = 1 - std::pow(step.beta2, count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i].mul_(1 - step.rate * step.decay);
    first[i].lerp_(gradients[i], 1 - step.beta1);
    second[i].mul_(step.beta2).addcmul_(gradients[i], gradients[i], 1 - step.beta2);
    const at::Tensor deviation = second[i].sqrt().div_(std::sqrt(second_share)).add_(step.epsilon);
    values[i].addcdiv_(first[i], deviation, -step.rate / first_share);
  }
}

bool private_operators_allowed() { return without == 0; }

WithoutPrivateOperators::WithoutPrivateOperators() { ++without; }
WithoutPrivateOperators::~WithoutPrivateOperators() { --without; }

}  // namespace raygen::engine
