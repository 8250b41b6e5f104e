#pragma once
// The pieces that the VQ-GAN's encoder and decoder are made of. Feature maps are [B,C,H,W]; on a
// CPU B is 1 and channels are last.

#include "compute/compute.hpp"
#include "compute/convolution.hpp"
#include "compute/group_norm.hpp"
#include "compute/linear.hpp"
#include "compute/scratch.hpp"

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

namespace raygen::engine {

/// The feature map that travels through a network and the memory around it: `x` sits in one slot of
/// the scratch, blocks use the others.
class FeatureMap {
 public:
  /// Takes a copy of x.
  FeatureMap(Scratch& scratch, const at::Tensor& x);

  const at::Tensor& x() const { return x_; }
  std::int64_t height() const { return x_.size(2); }
  std::int64_t width() const { return x_.size(3); }
  std::int64_t channels() const { return x_.size(1); }
  /// An uninitialised tensor in one of two slots for work, first (0) or second (1).
  at::Tensor work(int which, std::int64_t channels, std::int64_t height, std::int64_t width) const;
  /// An uninitialised tensor that becomes x by replace().
  at::Tensor next(std::int64_t channels, std::int64_t height, std::int64_t width) const;
  void replace(const at::Tensor& next);
  /// x becomes a copy of `value`, whose memory is its own.
  void set(const at::Tensor& value);

 private:
  at::Tensor in_slot(std::size_t slot, std::int64_t channels, std::int64_t height,
                     std::int64_t width, at::ScalarType type) const;

  Scratch* scratch_;
  at::Device device_;
  std::int64_t batch_;
  std::size_t current_ = 0;  // the slot of x: 0 or 1; 2 and 3 are for work
  at::Tensor x_;
};

/// convolution(x): on a CPU in `memory()`, which is there already; elsewhere the allocator keeps
/// it.
template <typename Memory>
at::Tensor convolved(const Convolution& convolution, const at::Tensor& x, const Memory& memory) {
  if (!x.is_cpu()) return convolution(x);
  at::Tensor out = memory();
  out.zero_();
  convolution.add_to(out, x);
  return out;
}

/// norm, swish, conv, norm, swish, conv, plus the input (through a 1×1 convolution when the
/// channels change).
class ResidualBlock {
 public:
  /// size: height and width of its feature map.
  ResidualBlock(const WeightSource& weights, const std::string& name, std::int64_t size);
  void apply(FeatureMap& map) const;

 private:
  GroupNorm norm1_, norm2_;
  Convolution conv1_, conv2_;
  std::optional<Convolution> shortcut_;
};

/// Softmax attention of one head over all places, 1×1 convolutions as products.
class AttentionBlock {
 public:
  AttentionBlock(const WeightSource& weights, const std::string& name);
  void apply(FeatureMap& map) const;

 private:
  GroupNorm norm_;
  Linear query_, key_, value_, out_;
};

/// A 1×1 convolution as a product over the places of a feature map.
Linear load_pointwise(const WeightSource& weights, const std::string& name);
/// [B,C,H,W] → [B,H·W,C]
at::Tensor to_rows(const at::Tensor& map);
/// [B,H·W,C] → [B,C,H,W]
at::Tensor to_map(const at::Tensor& rows, std::int64_t height, std::int64_t width);

}  // namespace raygen::engine
