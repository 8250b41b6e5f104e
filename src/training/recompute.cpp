#include "training/recompute.hpp"

#include "training/precision.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

namespace raygen::engine {

namespace {

using Block = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

/// Blocks live in the graph, as what a holder of any type keeps.
struct BlockHolder : torch::CustomClassHolder {
  BlockHolder(Block kept, std::optional<at::ScalarType> type)
      : block(std::move(kept)), mixed(type) {}
  Block block;
  std::optional<at::ScalarType> mixed;  // the precision it ran in
};

class Checkpointed : public torch::autograd::Function<Checkpointed> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& condition,
                            const c10::intrusive_ptr<BlockHolder>& holder) {
    context->save_for_backward({x, condition});
    context->saved_data["block"] = c10::IValue::make_capsule(holder);
    return holder->block(x, condition);  // gradients are off inside forward
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto holder =
        c10::static_intrusive_pointer_cast<BlockHolder>(context->saved_data["block"].toCapsule());
    const at::AutoGradMode with_gradients(true);
    const auto saved = context->get_saved_variables();
    const at::Tensor x = saved[0].detach().requires_grad_();
    const bool condition_is_x = saved[1].is_same(saved[0]);
    const at::Tensor condition =
        condition_is_x ? x : saved[1].detach().requires_grad_(saved[1].requires_grad());
    at::Tensor y;
    {
      const MixedPrecision precision(x.device().type(), holder->mixed);
      y = holder->block(x, condition);
    }
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), condition_is_x ? at::Tensor() : condition.grad(), at::Tensor()};
  }
};

}  // namespace

at::Tensor checkpointed(bool enabled, const at::Tensor& x, const at::Tensor& context,
                        const Block& block) {
  if (!enabled || !at::GradMode::is_enabled() || !x.requires_grad()) return block(x, context);
  return Checkpointed::apply(
      x, context,
      c10::make_intrusive<BlockHolder>(block, MixedPrecision::current(x.device().type())));
}

at::Tensor checkpointed(bool enabled, const at::Tensor& x,
                        const std::function<at::Tensor(const at::Tensor&)>& block) {
  if (!enabled) return block(x);
  return checkpointed(true, x, x,
                      [block](const at::Tensor& each, const at::Tensor&) { return block(each); });
}

}  // namespace raygen::engine
