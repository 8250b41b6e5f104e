#include "evaluation/lpips.hpp"

#include "error.hpp"
#include "import/checkpoint.hpp"

#include <ATen/ATen.h>

#include <array>

namespace raygen::engine {

namespace {

/// The root's slope is infinite at 0, where all channels are off: 1e-20 keeps it finite and
/// changes no other value in float32.
at::Tensor unit(const at::Tensor& x) {
  return x / ((x.square().sum(1, true) + 1e-20).sqrt() + 1e-10);
}

}  // namespace

Lpips::Lpips(const std::filesystem::path& path, at::Device device, const Limits& limits) {
  const Checkpoint checkpoint = read_checkpoint(path, limits);
  // VGG-16's convolutions: torchvision's index and taming's slice.
  constexpr std::array<std::array<int, 2>, 13> places = {{{0, 1},
                                                          {2, 1},
                                                          {5, 2},
                                                          {7, 2},
                                                          {10, 3},
                                                          {12, 3},
                                                          {14, 3},
                                                          {17, 4},
                                                          {19, 4},
                                                          {21, 4},
                                                          {24, 5},
                                                          {26, 5},
                                                          {28, 5}}};
  const auto find = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      for (const char* prefix : {"", "loss.perceptual_loss.", "perceptual_loss.", "net."}) {
        const auto found = checkpoint.tensors.find(prefix + name);
        if (found != checkpoint.tensors.end()) return found->second.to(device, at::kFloat);
      }
    }
    fail(Status::format, "{}: an LPIPS checkpoint was expected, the tensor '{}' is missing",
         path.string(), names.front());
  };
  for (const auto& [index, slice] : places) {
    for (const char* part : {"weight", "bias"}) {
      convolutions_.push_back(find({formatted("net.slice{}.{}.{}", slice, index, part),
                                    formatted("features.{}.{}", index, part),
                                    formatted("slice{}.{}.{}", slice, index, part)}));
    }
  }
  for (int i = 0; i < 5; ++i) linear_.push_back(find({formatted("lin{}.model.1.weight", i)}));
  shift_ = at::tensor({-0.030, -0.088, -0.188}, at::TensorOptions(device).dtype(at::kFloat))
               .view({1, 3, 1, 1});
  scale_ = at::tensor({0.458, 0.448, 0.450}, at::TensorOptions(device).dtype(at::kFloat))
               .view({1, 3, 1, 1});
  check_shapes(path);
}

at::Tensor Lpips::operator()(const at::Tensor& x, const at::Tensor& y) const {
  const auto a = features(x), b = features(y);
  at::Tensor loss = at::zeros({x.size(0)}, x.options().dtype(at::kFloat));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const at::Tensor difference = (unit(a[i]) - unit(b[i])).square();
    loss = loss + at::conv2d(difference, linear_[i]).to(at::kFloat).mean({1, 2, 3});
  }
  return loss;
}

void Lpips::check_shapes(const std::filesystem::path& path) const {
  constexpr std::array<std::int64_t, 14> widths = {3,   64,  64,  128, 128, 256, 256,
                                                   256, 512, 512, 512, 512, 512, 512};
  constexpr std::array<std::int64_t, 5> taps = {64, 128, 256, 512, 512};
  for (std::size_t i = 0; i < 13; ++i) {
    const std::array<std::int64_t, 4> shape = {widths[i + 1], widths[i], 3, 3};
    if (convolutions_[2 * i].sizes() != at::IntArrayRef(shape))
      fail(Status::format, "{}: convolution {} of VGG-16 has another shape", path.string(), i);
  }
  for (std::size_t i = 0; i < 5; ++i) {
    const std::array<std::int64_t, 4> shape = {1, taps[i], 1, 1};
    if (linear_[i].sizes() != at::IntArrayRef(shape))
      fail(Status::format, "{}: lin{} has another shape than [1,{},1,1]", path.string(), i,
           taps[i]);
  }
}

std::vector<at::Tensor> Lpips::features(const at::Tensor& image) const {
  const at::Tensor rgb = image.size(1) == 1 ? image.expand({-1, 3, -1, -1}) : image;
  at::Tensor x = (rgb - shift_) / scale_;
  std::vector<at::Tensor> taps;
  for (std::size_t i = 0; i < 13; ++i) {
    if (i == 2 || i == 4 || i == 7 || i == 10) x = at::max_pool2d(x, {2, 2}, {2, 2});
    x = at::relu(at::conv2d(x, convolutions_[2 * i], convolutions_[2 * i + 1], 1, 1));
    if (i == 1 || i == 3 || i == 6 || i == 9 || i == 12) taps.push_back(x);
  }
  return taps;
}

}  // namespace raygen::engine
