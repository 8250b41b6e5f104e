#pragma once

#include "classifier/architecture.hpp"
#include "classifier/feature_network.hpp"
#include "compute/compute.hpp"

#include <memory>

namespace raygen::engine {

/// DenseNet (Huang et al. 2017) up to ReLU(norm5), [B,D,⌊R/32⌋,⌊R/32⌋] for four blocks and an R
/// that is a multiple of 32.
std::unique_ptr<const FeatureNetwork> make_dense_net(const ClassifierArchitecture& architecture,
                                                     const WeightSource& weights);

}  // namespace raygen::engine
