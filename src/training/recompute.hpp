#pragma once
// Activation checkpointing: a block's inside is forgotten after the forward pass and computed again
// for its gradients.

#include <ATen/core/Tensor.h>

#include <functional>

namespace raygen::engine {

/// block(x, context), remembering nothing but its arguments when `enabled`. Gradients of the
/// parameters that the block uses go to them directly. The block is kept with the graph: what it
/// refers to must live as long.
at::Tensor checkpointed(
    bool enabled, const at::Tensor& x, const at::Tensor& context,
    const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& block);
/// block(x).
at::Tensor checkpointed(bool enabled, const at::Tensor& x,
                        const std::function<at::Tensor(const at::Tensor&)>& block);

}  // namespace raygen::engine
