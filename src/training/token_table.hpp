#pragma once

#include "training/stage.hpp"
#include "training/stage_parts.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// The tokens of every image of the dataset, int32 [n,N]: computed once, kept in
/// `folder`/tokens.safetensors, and taken from there when they are of this dataset and this VQ-GAN
/// (`identity`).
at::Tensor image_tokens(const VqganPart& vqgan, const std::string& identity,
                        const std::filesystem::path& folder, const Surroundings& around);

}  // namespace raygen::engine
