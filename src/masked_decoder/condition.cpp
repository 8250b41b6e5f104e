#include "masked_decoder/condition.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

std::int64_t rows_of(const Condition::Layers& layers) { return layers.front().keys.size(0); }

/// The layers with a function of each tensor.
template <typename Change>
Condition::Layers changed(Condition::Layers layers, const Change& change) {
  for (LayerCondition& layer : layers) layer = {change(layer.keys), change(layer.values)};
  return layers;
}

Condition::Layers row_of(const Condition::Layers& layers, std::int64_t b) {
  return changed(layers, [b](const at::Tensor& all) { return all.narrow(0, b, 1); });
}

}  // namespace

Condition::Condition(const Layers& layers) {
  if (!layers.front().keys.is_cpu() || rows_of(layers) == 1) {
    blocks_.push_back(std::make_shared<const Layers>(layers));
    return;
  }
  for (std::int64_t b = 0; b < rows_of(layers); ++b)
    blocks_.push_back(std::make_shared<const Layers>(row_of(layers, b)));
}

std::int64_t Condition::batch() const {
  std::int64_t total = 0;
  for (const auto& block : blocks_) total += rows_of(*block);
  return total;
}

Condition Condition::join(const std::vector<Condition>& parts) {
  Condition all;
  for (const Condition& part : parts)
    all.blocks_.insert(all.blocks_.end(), part.blocks_.begin(), part.blocks_.end());
  if (all.blocks_.size() < 2 || all.block(0).front().keys.is_cpu()) return all;
  Layers layers;
  for (std::size_t i = 0; i < all.block(0).size(); ++i) {
    std::vector<at::Tensor> keys, values;
    for (const auto& block : all.blocks_) {
      keys.push_back((*block)[i].keys);
      values.push_back((*block)[i].values);
    }
    layers.push_back({at::cat(keys), at::cat(values)});
  }
  return Condition(layers);
}

Condition Condition::row(std::int64_t b) const {
  Condition one;
  for (const auto& block : blocks_) {
    if (b < rows_of(*block)) {
      one.blocks_ = {rows_of(*block) == 1 ? block
                                          : std::make_shared<const Layers>(row_of(*block, b))};
      break;
    }
    b -= rows_of(*block);
  }
  return one;
}

Condition Condition::repeat(std::int64_t n) const {
  if (batch() != 1 || block(0).front().keys.is_cpu())
    return join(std::vector<Condition>(static_cast<std::size_t>(n), *this));
  return Condition(changed(block(0), [n](const at::Tensor& one) {  // a view
    std::vector<std::int64_t> sizes = one.sizes().vec();
    sizes.front() = n;
    return one.expand(sizes);
  }));
}

}  // namespace raygen::engine
