#include "vqgan/blocks.hpp"

#include "compute/softmax_attention.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

Linear load_pointwise(const WeightSource& weights, const std::string& name) {
  return Linear(weights.load(name + ".weight").flatten(1), weights.load(name + ".bias"),
                weights.compute());
}

at::Tensor to_rows(const at::Tensor& map) {
  return map.permute({0, 2, 3, 1}).reshape({map.size(0), map.size(2) * map.size(3), map.size(1)});
}

at::Tensor to_map(const at::Tensor& rows, std::int64_t height, std::int64_t width) {
  return rows.view({rows.size(0), height, width, rows.size(2)}).permute({0, 3, 1, 2});
}

FeatureMap::FeatureMap(Scratch& scratch, const at::Tensor& x)
    : scratch_(&scratch), device_(x.device()), batch_(x.size(0)) {
  set(x);
}

at::Tensor FeatureMap::in_slot(std::size_t slot, std::int64_t channels, std::int64_t height,
                               std::int64_t width, at::ScalarType type) const {
  if (device_.is_cpu()) return scratch_->image(slot, channels, height, width, type);
  return at::empty({batch_, channels, height, width}, at::TensorOptions(device_).dtype(type),
                   at::MemoryFormat::ChannelsLast);
}

at::Tensor FeatureMap::work(int which, std::int64_t channels, std::int64_t height,
                            std::int64_t width) const {
  return in_slot(2 + static_cast<std::size_t>(which), channels, height, width, x_.scalar_type());
}

at::Tensor FeatureMap::next(std::int64_t channels, std::int64_t height, std::int64_t width) const {
  return in_slot(1 - current_, channels, height, width, x_.scalar_type());
}

void FeatureMap::replace(const at::Tensor& next) {
  x_ = next;
  current_ = 1 - current_;
}

void FeatureMap::set(const at::Tensor& value) {
  const at::Tensor target =
      in_slot(1 - current_, value.size(1), value.size(2), value.size(3), value.scalar_type());
  target.copy_(value);
  replace(target);
}

ResidualBlock::ResidualBlock(const WeightSource& weights, const std::string& name,
                             std::int64_t size)
    : norm1_(GroupNorm::load(weights, name + ".norm1")),
      norm2_(GroupNorm::load(weights, name + ".norm2")),
      conv1_(Convolution::load(weights, name + ".conv1", {1, 1, size})),
      conv2_(Convolution::load(weights, name + ".conv2", {1, 1, size})) {
  if (weights.contains(name + ".nin_shortcut.weight"))
    shortcut_ = Convolution::load(weights, name + ".nin_shortcut", {1, 0, size});
}

void ResidualBlock::apply(FeatureMap& map) const {
  const std::int64_t height = map.height(), width = map.width(), channels = conv1_.out_channels();
  const at::Tensor normalised = map.work(0, map.channels(), height, width);
  norm1_.apply(map.x(), normalised, /*swish=*/true);
  const at::Tensor middle =
      convolved(conv1_, normalised, [&] { return map.work(1, channels, height, width); });
  norm2_.apply(middle, middle, /*swish=*/true);
  if (shortcut_)
    map.replace(convolved(*shortcut_, map.x(), [&] { return map.next(channels, height, width); }));
  conv2_.add_to(map.x(), middle);
}

AttentionBlock::AttentionBlock(const WeightSource& weights, const std::string& name)
    : norm_(GroupNorm::load(weights, name + ".norm")),
      query_(load_pointwise(weights, name + ".q")),
      key_(load_pointwise(weights, name + ".k")),
      value_(load_pointwise(weights, name + ".v")),
      out_(load_pointwise(weights, name + ".proj_out")) {}

void AttentionBlock::apply(FeatureMap& map) const {
  const at::Tensor normalised = map.work(0, map.channels(), map.height(), map.width());
  norm_.apply(map.x(), normalised, /*swish=*/false);
  const at::Tensor rows = to_rows(normalised);
  const at::Tensor attended = softmax_attention(query_(rows).unsqueeze(1), key_(rows).unsqueeze(1),
                                                value_(rows).unsqueeze(1));
  map.x().add_(to_map(out_(attended), map.height(), map.width()));
}

}  // namespace raygen::engine
