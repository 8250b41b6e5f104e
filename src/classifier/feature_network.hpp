#pragma once

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// A classifier without its head. Immutable; any number of threads.
class FeatureNetwork {
 public:
  virtual ~FeatureNetwork() = default;
  /// x: [B,C,R,R] as the network wants its pixels, in the compute's type on its device, channels
  /// last. Returns the last feature map, [B,D,h,w].
  virtual at::Tensor feature_map(const at::Tensor& x) const = 0;

 protected:
  FeatureNetwork() = default;
  FeatureNetwork(const FeatureNetwork&) = default;
  FeatureNetwork& operator=(const FeatureNetwork&) = default;
};

}  // namespace raygen::engine
