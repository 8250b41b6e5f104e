#pragma once
// Whether a model draws one picture again and again for a prompt, as it does what it knows by
// heart (Carlini et al. 2023).

#include "evaluation/image_set.hpp"
#include "evaluation/report.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

namespace raygen::engine {

/// The share of the prompts with several images of which two or more are all nearer than delta to
/// each other; the sentence names the largest such group. thumbnails: float64 [N,d] of the images
/// that `which` names. Of a prompt with more than kMostInClique images the first so many are looked
/// at.
Measure clique_measure(const ImageSet& images, const std::vector<std::size_t>& which,
                       const at::Tensor& thumbnails, double delta);

}  // namespace raygen::engine
