#pragma once

#include "classifier/architecture.hpp"
#include "classifier/feature_network.hpp"
#include "compute/compute.hpp"

#include <memory>

namespace raygen::engine {

/// EfficientNet-Lite: EfficientNet (Tan and Le 2019) with ReLU6 and without squeeze-and-excitation,
/// up to ReLU6(_bn1). Padding is TensorFlow's "same": what stride 2 leaves over goes below and to
/// the right.
std::unique_ptr<const FeatureNetwork> make_efficient_net_lite(
    const ClassifierArchitecture& architecture, const WeightSource& weights);

}  // namespace raygen::engine
