#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// The places of an image's tokens, row by row.
struct Grid {
  std::int64_t height = 0, width = 0;
  std::int64_t tokens() const { return height * width; }
};

/// All that a policy may look at before a step. Tensors lie on the model's device.
struct SamplerState {
  Grid grid;
  std::int64_t codebook = 0;         // V: the mask's id
  std::int64_t step = 0, steps = 0;  // steps done, of K
  at::Tensor tokens;      // int64 [B,N]: the tokens before masking; V where none was drawn yet
  at::Tensor confidence;  // float [B,N]: their probability when they were drawn; 0 before, 1 where
                          // they were given
  at::Tensor scores;      // float [B,N]: what the position choice noted when they were drawn
  at::Tensor editable;    // bool [B,N]: may be masked and drawn
  at::Tensor drawn;       // bool [B,N]: masked before the last step, so drawn by it; before the
                          // first step, the editable
  at::Tensor counts;      // int64 [B]: how many positions are masked before this step
  at::Tensor counts_before;  // int64 [B]: how many were masked before the last
  at::Tensor keys;           // int64 [B,4]: noise_keys() of the images
};

}  // namespace raygen::engine
