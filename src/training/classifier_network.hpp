#pragma once
// DenseNet and EfficientNet-Lite as functions of their parameters, for gradients. What runs at
// inference is in src/classifier.

#include "classifier/architecture.hpp"
#include "training/parameters.hpp"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

/// Kaiming normal for convolutions (He et al. 2015: fan-in for DenseNet, as torchvision; fan-out
/// for EfficientNet), ones and zeros for norms, PyTorch's default for the head.
TensorMap initial_classifier_weights(const ClassifierArchitecture& architecture,
                                     at::Generator& generator);

/// Whether a tensor is a running statistic of a BatchNorm, which gradients do not reach.
bool is_running_statistic(const std::string& name);

class ClassifierNetwork {
 public:
  /// Keeps references. training: BatchNorm takes the batch's statistics and moves the running ones
  /// by a tenth; otherwise it takes the running ones.
  ClassifierNetwork(const ClassifierArchitecture& architecture, const Parameters& parameters,
                    bool training)
      : architecture_(architecture), parameters_(parameters), training_(training) {}

  /// images [B,C,R,R] as the network sees them → logits [B,K].
  at::Tensor logits(const at::Tensor& images) const;

 private:
  at::Tensor norm(const std::string& name, const at::Tensor& x, double epsilon) const;
  at::Tensor dense_net(at::Tensor x) const;
  at::Tensor efficient_net_lite(at::Tensor x) const;

  const ClassifierArchitecture& architecture_;
  const Parameters& parameters_;
  bool training_;
};

}  // namespace raygen::engine
