#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace raygen::engine {

/// images [n,C,R,R], 0..1, side by side in rows of `columns`, as one PNG.
void write_sample_sheet(const std::filesystem::path& png, const at::Tensor& images,
                        std::int64_t columns);

}  // namespace raygen::engine
