#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace raygen::engine {

/// What the cross-attention of one layer needs of the text, computed once a prompt.
struct LayerCondition {
  at::Tensor keys;    // normal: [B,H,L,d]. fast: the sum of the keys' features, [B,H,m]
  at::Tensor values;  // normal: [B,H,L,d]. fast: features' products with the values, [B,H,m,d]
};

/// What the masked decoder knows of B prompts. On a CPU they are rows that are computed one by one,
/// and no function copies a row; elsewhere they are one batch. Copies share their tensors.
class Condition {
 public:
  using Layers = std::vector<LayerCondition>;

  Condition() = default;                     // of no prompt
  explicit Condition(const Layers& layers);  // a prompt for each row of the layers' tensors

  std::int64_t batch() const;
  /// All prompts of all parts, in their order.
  static Condition join(const std::vector<Condition>& parts);
  Condition row(std::int64_t b) const;
  /// All prompts n times over.
  Condition repeat(std::int64_t n) const;

  /// What is computed together: single rows on a CPU, elsewhere the whole batch.
  std::size_t blocks() const { return blocks_.size(); }
  const Layers& block(std::size_t i) const { return *blocks_[i]; }

 private:
  std::vector<std::shared_ptr<const Layers>> blocks_;
};

}  // namespace raygen::engine
