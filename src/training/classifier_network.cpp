#include "training/classifier_network.hpp"

#include "formatted.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace raygen::engine {

namespace {

/// A convolution of one pixel is a product, which ATen's kernels for convolutions copy a map
/// before. `x` is channels-last.
at::Tensor pointwise(const at::Tensor& x, const at::Tensor& kernel) {
  return at::linear(x.permute({0, 2, 3, 1}), kernel.flatten(1)).permute({0, 3, 1, 2});
}

/// TensorFlow's "same": the odd pixel is added behind.
at::Tensor same_convolution(const at::Tensor& x, const at::Tensor& kernel, std::int64_t stride,
                            std::int64_t groups) {
  const auto missing = [&](std::int64_t size) {
    const std::int64_t out = (size + stride - 1) / stride;
    return std::max<std::int64_t>((out - 1) * stride + kernel.size(2) - size, 0);
  };
  const std::int64_t rows = missing(x.size(2)), columns = missing(x.size(3));
  const at::Tensor padded =
      rows % 2 == 0 && columns % 2 == 0 ? x : at::constant_pad_nd(x, {0, columns % 2, 0, rows % 2});
  const std::int64_t strides[] = {stride, stride}, padding[] = {rows / 2, columns / 2},
                     dense[] = {1, 1};
  return at::conv2d(padded, kernel, {}, at::IntArrayRef(strides), at::IntArrayRef(padding),
                    at::IntArrayRef(dense), groups);
}

/// He et al. 2015.
void kaiming_normal(at::Tensor& kernel, bool by_outputs, at::Generator& generator) {
  const std::int64_t field = kernel.size(2) * kernel.size(3);
  const std::int64_t fan = (by_outputs ? kernel.size(0) : kernel.size(1)) * field;
  kernel.normal_(0, std::sqrt(2.0 / static_cast<double>(fan)), generator);
}

}  // namespace

bool is_running_statistic(const std::string& name) {
  return name.ends_with(".running_mean") || name.ends_with(".running_var");
}

TensorMap initial_classifier_weights(const ClassifierArchitecture& architecture,
                                     at::Generator& generator) {
  TensorMap weights = initial_weights(architecture.tensor_specs(), generator);
  const std::string head = architecture.head();
  for (auto& [name, tensor] : weights) {
    if (tensor.dim() == 4)
      kaiming_normal(tensor, architecture.kind == ClassifierKind::efficientnet_lite, generator);
    else if (name.ends_with(".running_var") || (name.ends_with(".weight") && tensor.dim() == 1))
      tensor.fill_(1);
    else if (name.ends_with(".running_mean") ||
             (name.ends_with(".bias") && !name.starts_with(head)))
      tensor.zero_();
  }
  return weights;
}

at::Tensor ClassifierNetwork::norm(const std::string& name, const at::Tensor& x,
                                   double epsilon) const {
  constexpr double momentum = 0.1;
  return at::batch_norm(x, parameters_[name + ".weight"], parameters_[name + ".bias"],
                        parameters_[name + ".running_mean"], parameters_[name + ".running_var"],
                        training_, momentum, epsilon, /*cudnn_enabled=*/true);
}

at::Tensor ClassifierNetwork::dense_net(at::Tensor x) const {
  constexpr double epsilon = 1e-5;
  const auto rectified = [&](const std::string& name, const at::Tensor& features) {
    at::Tensor normed = norm(name, features, epsilon);
    return at::relu_(normed);
  };
  x = at::conv2d(x, parameters_["features.conv0.weight"], {}, 2, 3);
  x = at::max_pool2d(rectified("features.norm0", x), {3, 3}, {2, 2}, {1, 1});
  const std::vector<std::int64_t>& blocks = architecture_.densenet.blocks;
  for (std::size_t block = 1; block <= blocks.size(); ++block) {
    std::vector<at::Tensor> features = {x};
    for (std::int64_t layer = 1; layer <= blocks[block - 1]; ++layer) {
      const std::string name = formatted("features.denseblock{}.denselayer{}", block, layer);
      const at::Tensor middle = pointwise(rectified(name + ".norm1", at::cat(features, 1)),
                                          parameters_[name + ".conv1.weight"]);
      features.push_back(at::conv2d(rectified(name + ".norm2", middle),
                                    parameters_[name + ".conv2.weight"], {}, 1, 1));
    }
    x = at::cat(features, 1);
    if (block == blocks.size()) break;
    const std::string name = formatted("features.transition{}", block);
    x = at::avg_pool2d(pointwise(rectified(name + ".norm", x), parameters_[name + ".conv.weight"]),
                       {2, 2});
  }
  return rectified("features.norm5", x);
}

at::Tensor ClassifierNetwork::efficient_net_lite(at::Tensor x) const {
  constexpr double epsilon = 1e-3;
  const EfficientNetLiteSizes& sizes = architecture_.efficientnet_lite;
  const auto normed = [&](const std::string& name, const at::Tensor& features) {
    return norm(name, features, epsilon);
  };
  const auto clipped = [&](const std::string& name, const at::Tensor& features) {
    at::Tensor result = normed(name, features);
    return at::relu6_(result);
  };
  x = clipped("_bn0", same_convolution(x, parameters_["_conv_stem.weight"], 2, 1));
  for (std::size_t i = 0; i < sizes.kernels.size(); ++i) {
    const std::string name = formatted("_blocks.{}", i);
    const at::Tensor before = x;
    if (sizes.expansions[i] != 1)
      x = clipped(name + "._bn0", pointwise(x, parameters_[name + "._expand_conv.weight"]));
    x = clipped(name + "._bn1", same_convolution(x, parameters_[name + "._depthwise_conv.weight"],
                                                 sizes.strides[i], x.size(1)));
    x = normed(name + "._bn2", pointwise(x, parameters_[name + "._project_conv.weight"]));
    if (sizes.strides[i] == 1 && x.size(1) == before.size(1)) x = x + before;
  }
  return clipped("_bn1", pointwise(x, parameters_["_conv_head.weight"]));
}

at::Tensor ClassifierNetwork::logits(const at::Tensor& images) const {
  const at::Tensor input = images.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor map =
      architecture_.kind == ClassifierKind::densenet ? dense_net(input) : efficient_net_lite(input);
  const std::string head = architecture_.head();
  return at::linear(map.mean({2, 3}), parameters_[head + ".weight"], parameters_[head + ".bias"]);
}

}  // namespace raygen::engine
