#include "evaluation/lpips.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "evaluation/image_pairs.hpp"
#include "import/checkpoint.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace raygen::engine {

namespace {

constexpr std::size_t kMaps = 5;

enum class Pooling { none, halved, overlapping, blurred_2, blurred_3 };

struct Convolution {
  int index;  // of the layer in torchvision's, or the package's, `features`
  std::int64_t channels, kernel, padding;
  Pooling before = Pooling::none;
  bool is_map = true;  // behind its ReLU
};

constexpr std::array<Convolution, 13> kVgg16 = {{{0, 64, 3, 1, Pooling::none, false},
                                                 {2, 64, 3, 1},
                                                 {5, 128, 3, 1, Pooling::halved, false},
                                                 {7, 128, 3, 1},
                                                 {10, 256, 3, 1, Pooling::halved, false},
                                                 {12, 256, 3, 1, Pooling::none, false},
                                                 {14, 256, 3, 1},
                                                 {17, 512, 3, 1, Pooling::halved, false},
                                                 {19, 512, 3, 1, Pooling::none, false},
                                                 {21, 512, 3, 1},
                                                 {24, 512, 3, 1, Pooling::halved, false},
                                                 {26, 512, 3, 1, Pooling::none, false},
                                                 {28, 512, 3, 1}}};
constexpr std::array<Convolution, 5> kAlexnet = {{{0, 64, 11, 2},
                                                  {3, 192, 5, 2, Pooling::overlapping},
                                                  {6, 384, 3, 1, Pooling::overlapping},
                                                  {8, 256, 3, 1},
                                                  {10, 256, 3, 1}}};
constexpr std::array<Convolution, 13> kShiftTolerantVgg16 = {
    {{0, 64, 3, 1, Pooling::none, false},
     {2, 64, 3, 1},
     {6, 128, 3, 1, Pooling::blurred_2, false},
     {8, 128, 3, 1},
     {12, 256, 3, 1, Pooling::blurred_2, false},
     {14, 256, 3, 1, Pooling::none, false},
     {16, 256, 3, 1},
     {20, 512, 3, 1, Pooling::blurred_2, false},
     {22, 512, 3, 1, Pooling::none, false},
     {24, 512, 3, 1},
     {28, 512, 3, 1, Pooling::blurred_2, false},
     {30, 512, 3, 1, Pooling::none, false},
     {32, 512, 3, 1}}};
constexpr std::array<Convolution, 5> kShiftTolerantAlexnet = {{{0, 64, 11, 2},
                                                               {5, 192, 5, 2, Pooling::blurred_3},
                                                               {9, 384, 3, 1, Pooling::blurred_3},
                                                               {11, 256, 3, 1},
                                                               {13, 256, 3, 1}}};

struct NamedNetwork {
  LpipsNetwork network;
  std::string_view name;
  std::span<const Convolution> convolutions;
};

constexpr std::array<NamedNetwork, 4> kNetworks = {
    {{LpipsNetwork::vgg16, "lpips_vgg", kVgg16},
     {LpipsNetwork::alexnet, "lpips_alex", kAlexnet},
     {LpipsNetwork::shift_tolerant_vgg16, "stlpips_vgg", kShiftTolerantVgg16},
     {LpipsNetwork::shift_tolerant_alexnet, "stlpips_alex", kShiftTolerantAlexnet}}};

const NamedNetwork& network_of(LpipsNetwork network) {
  return *std::find_if(kNetworks.begin(), kNetworks.end(),
                       [&](const NamedNetwork& known) { return known.network == network; });
}

/// The tensors of some files, looked for under any of several names.
class LpipsWeights {
 public:
  LpipsWeights(LpipsNetwork network, const std::vector<std::filesystem::path>& files,
               const Limits& limits)
      : network_(lpips_name(network)) {
    if (files.empty())
      fail(Status::invalid_argument, "{} has no files of weights; at least 1 was expected",
           network_);
    for (const std::filesystem::path& file : files) {
      tensors_.push_back(read_checkpoint(file, limits).tensors);
      where_ += (where_.empty() ? "" : ", ") + file.string();
    }
  }

  at::Tensor find(const std::vector<std::string>& names, at::IntArrayRef shape) const {
    for (const std::string& name : names) {
      for (const char* prefix : {"", "loss.perceptual_loss.", "perceptual_loss.", "net."}) {
        const auto found = tensor(prefix + name);
        if (!found) continue;
        if (found->sizes() != shape)
          fail(Status::format, "{}: the tensor '{}' of {} has another shape than [{}]", where_,
               prefix + name, network_, fmt::join(shape, ","));
        return found->to(at::kFloat);
      }
    }
    fail(Status::format, "{}: an LPIPS checkpoint of {} was expected, the tensor '{}' is missing",
         where_, network_, names.front());
  }

 private:
  std::optional<at::Tensor> tensor(const std::string& name) const {
    for (const TensorMap& tensors : tensors_) {
      const auto found = tensors.find(name);
      if (found != tensors.end()) return found->second;
    }
    return std::nullopt;
  }

  std::string_view network_;
  std::vector<TensorMap> tensors_;
  std::string where_;
};

/// Blurred with the binomial filter 1 2 1 and every second pixel; two reflected pixels lie round
/// it.
at::Tensor blurred(const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  const at::Tensor row = at::tensor({0.25, 0.5, 0.25}, x.options());
  const at::Tensor kernel = row.outer(row).view({1, 1, 3, 3}).expand({channels, 1, 3, 3});
  return at::conv2d(at::reflection_pad2d(x, {2, 2, 2, 2}), kernel, {}, at::IntArrayRef{2, 2},
                    at::IntArrayRef{0, 0}, at::IntArrayRef{1, 1}, channels);
}

at::Tensor pooled(const at::Tensor& x, Pooling pooling) {
  switch (pooling) {
    case Pooling::none:
      return x;
    case Pooling::halved:
      return at::max_pool2d(x, {2, 2}, {2, 2});
    case Pooling::overlapping:
      return at::max_pool2d(x, {3, 3}, {2, 2});
    case Pooling::blurred_2:
      return blurred(at::max_pool2d(x, {2, 2}, {1, 1}));
    case Pooling::blurred_3:
      return blurred(at::max_pool2d(x, {3, 3}, {1, 1}));
  }
  return x;
}

/// The root's slope is infinite at 0, where all channels are off: 1e-20 keeps it finite and
/// changes no other value in float32.
at::Tensor unit(const at::Tensor& x) {
  return x / ((x.square().sum(1, true) + 1e-20).sqrt() + 1e-10);
}

/// [1,C,H,W], −1..1.
at::Tensor seen_by_lpips(const Image& image) {
  return at::tensor(image.pixels, at::kFloat)
                 .view({1, image.height, image.width, image.channels})
                 .permute({0, 3, 1, 2}) *
             2 -
         1;
}

}  // namespace

std::string_view lpips_name(LpipsNetwork network) { return network_of(network).name; }

LpipsNetwork lpips_network(std::string_view name) {
  for (const NamedNetwork& known : kNetworks)
    if (name == known.name) return known.network;
  fail(Status::invalid_argument,
       "the network of LPIPS is '{}'; lpips_vgg, lpips_alex, stlpips_vgg or stlpips_alex was "
       "expected",
       name);
}

Lpips::Lpips(LpipsNetwork network, const std::vector<std::filesystem::path>& files,
             at::Device device, const Limits& limits)
    : network_(network) {
  const LpipsWeights file(network, files, limits);
  std::int64_t inputs = 3;
  std::size_t maps = 0;
  for (const Convolution& layer : network_of(network).convolutions) {
    const auto named = [&](const char* part) -> std::vector<std::string> {
      return {formatted("net.slice{}.{}.{}", maps + 1, layer.index, part),
              formatted("features.{}.{}", layer.index, part),
              formatted("slice{}.{}.{}", maps + 1, layer.index, part)};
    };
    weights_.push_back(
        file.find(named("weight"), {layer.channels, inputs, layer.kernel, layer.kernel})
            .to(device));
    biases_.push_back(file.find(named("bias"), {layer.channels}).to(device));
    inputs = layer.channels;
    if (layer.is_map)
      heads_.push_back(
          file.find({formatted("lin{}.model.1.weight", maps++)}, {1, inputs, 1, 1}).to(device));
  }
  const auto options = at::TensorOptions(device).dtype(at::kFloat);
  shift_ = at::tensor({-0.030, -0.088, -0.188}, options).view({1, 3, 1, 1});
  scale_ = at::tensor({0.458, 0.448, 0.450}, options).view({1, 3, 1, 1});
}

std::vector<at::Tensor> Lpips::differences(const at::Tensor& x, const at::Tensor& y) const {
  const auto a = features(x), b = features(y);
  std::vector<at::Tensor> result;
  for (std::size_t i = 0; i < a.size(); ++i)
    result.push_back(at::conv2d((unit(a[i]) - unit(b[i])).square(), heads_[i]).to(at::kFloat));
  return result;
}

at::Tensor Lpips::distance(const at::Tensor& x, const at::Tensor& y) const {
  const at::NoGradGuard without_gradients;
  const auto [a, b] = image_pairs(x, y);
  const std::int64_t channels = a.size(1);
  if ((channels != 1 && channels != 3) || std::min(a.size(2), a.size(3)) < kShortestSide)
    fail(Status::invalid_argument,
         "images of {} channels and {} x {} pixels; {} compares images of 1 or 3 channels with "
         "sides of at least {}",
         channels, a.size(2), a.size(3), lpips_name(network_), kShortestSide);
  const auto seen = [&](const at::Tensor& images) {
    return images.to(shift_.device(), at::kFloat);
  };
  at::Tensor sum = at::zeros({a.size(0)}, at::kDouble);
  for (const at::Tensor& map : differences(seen(a), seen(b)))
    sum = sum + map.to(at::kCPU, at::kDouble).mean({1, 2, 3});
  return sum;
}

double Lpips::distance(const Image& x, const Image& y) const {
  const HostGuard guard({shift_.device(), at::kFloat}, -1);
  return distance(seen_by_lpips(x), seen_by_lpips(y)).item<double>();
}

std::vector<at::Tensor> Lpips::features(const at::Tensor& image) const {
  const at::Tensor rgb = image.size(1) == 1 ? image.expand({-1, 3, -1, -1}) : image;
  at::Tensor x = (rgb - shift_) / scale_;
  const std::span<const Convolution> layers = network_of(network_).convolutions;
  std::vector<at::Tensor> maps;
  maps.reserve(kMaps);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::int64_t stride = network_ == LpipsNetwork::alexnet && i == 0 ? 4 : 1;
    x = at::conv2d(pooled(x, layers[i].before), weights_[i], biases_[i], stride, layers[i].padding);
    if (network_ == LpipsNetwork::shift_tolerant_alexnet && i == 0) x = blurred(x);
    x = at::relu(x);
    if (layers[i].is_map) maps.push_back(x);
  }
  return maps;
}

}  // namespace raygen::engine
