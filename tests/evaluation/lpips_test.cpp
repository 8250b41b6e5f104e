#include "evaluation/lpips.hpp"

#include "error.hpp"
#include "storage/safetensors.hpp"
#include "temporary_folder.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>

using namespace raygen::engine;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

/// −½..½ in hashed places, as lpips_golden.py has them.
at::Tensor hashed_noise(at::IntArrayRef shape, std::uint64_t salt) {
  constexpr std::uint64_t bits = 0xffffffff;
  at::Tensor values = at::empty(shape, at::kDouble);
  double* out = values.mutable_data_ptr<double>();
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(values.numel()); ++i) {
    std::uint64_t x = ((i + salt * 1000003) * 2654435761U) & bits;
    x = ((x ^ (x >> 15)) * 2246822519U) & bits;
    out[i] = static_cast<double>((x ^ (x >> 13)) % 65536) / 65536 - 0.5;
  }
  return values;
}

struct Layer {
  int index, slice;
  std::int64_t channels, kernel;
};

const std::vector<Layer> kVgg = {{0, 1, 64, 3},   {2, 1, 64, 3},   {5, 2, 128, 3},  {7, 2, 128, 3},
                                 {10, 3, 256, 3}, {12, 3, 256, 3}, {14, 3, 256, 3}, {17, 4, 512, 3},
                                 {19, 4, 512, 3}, {21, 4, 512, 3}, {24, 5, 512, 3}, {26, 5, 512, 3},
                                 {28, 5, 512, 3}};
const std::vector<Layer> kStVgg = {
    {0, 1, 64, 3},   {2, 1, 64, 3},   {6, 2, 128, 3},  {8, 2, 128, 3},  {12, 3, 256, 3},
    {14, 3, 256, 3}, {16, 3, 256, 3}, {20, 4, 512, 3}, {22, 4, 512, 3}, {24, 4, 512, 3},
    {28, 5, 512, 3}, {30, 5, 512, 3}, {32, 5, 512, 3}};
const std::vector<Layer> kAlex = {
    {0, 1, 64, 11}, {3, 2, 192, 5}, {6, 3, 384, 3}, {8, 4, 256, 3}, {10, 5, 256, 3}};
const std::vector<Layer> kStAlex = {
    {0, 1, 64, 11}, {5, 2, 192, 5}, {9, 3, 384, 3}, {11, 4, 256, 3}, {13, 5, 256, 3}};

struct Parts {
  TensorMap trunk, heads;
};

/// The weights of lpips_golden.py: a trunk under torchvision's names or the packages', and heads.
Parts weights_of(const std::vector<Layer>& layers, bool torchvision) {
  Parts parts;
  std::uint64_t salt = 0;
  std::int64_t inputs = 3;
  std::vector<std::int64_t> widths;
  for (const Layer& layer : layers) {
    const std::string name = torchvision ? formatted("features.{}", layer.index)
                                         : formatted("net.slice{}.{}", layer.slice, layer.index);
    const auto fan = static_cast<double>(inputs * layer.kernel * layer.kernel);
    parts.trunk[name + ".weight"] =
        (hashed_noise({layer.channels, inputs, layer.kernel, layer.kernel}, salt++) *
         std::sqrt(24 / fan))
            .to(at::kFloat);
    parts.trunk[name + ".bias"] = (hashed_noise({layer.channels}, salt++) / 5).to(at::kFloat);
    inputs = layer.channels;
    widths.resize(static_cast<std::size_t>(layer.slice), 0);
    widths.back() = inputs;
  }
  for (std::size_t i = 0; i < widths.size(); ++i)
    parts.heads[formatted("lin{}.model.1.weight", i)] =
        ((hashed_noise({1, widths[i], 1, 1}, salt++) + 0.5) / 10).to(at::kFloat);
  return parts;
}

/// [1,3,height,width], −1..1.
at::Tensor pattern(std::int64_t height, std::int64_t width) {
  const at::Tensor c = at::arange(3).view({3, 1, 1}), i = at::arange(height).view({1, -1, 1}),
                   j = at::arange(width).view({1, 1, -1});
  return ((i * 7 + j * 3 + c * 11).remainder(256) / 127.5 - 1).to(at::kFloat).unsqueeze(0);
}

class LpipsFiles {
 public:
  fs::path write(const std::string& name, const TensorMap& tensors) const {
    write_safetensors(folder_.path() / name, {tensors.begin(), tensors.end()});
    return folder_.path() / name;
  }
  Lpips load(LpipsNetwork network, const Parts& parts) const {
    return Lpips(network, {write("trunk", parts.trunk), write("heads", parts.heads)}, at::kCPU, {});
  }

 private:
  TemporaryFolder folder_;
};

struct Golden {
  double flipped, darker, grey;
};

void check_golden(const Lpips& lpips, const Golden& golden) {
  const at::Tensor x = pattern(48, 40);
  const at::Tensor others = at::cat({x.flip(2), x * 0.9});
  const at::Tensor distances = lpips.distance(x.repeat({2, 1, 1, 1}), others);
  CHECK(distances[0].item<double>() == Approx(golden.flipped).epsilon(1e-5));
  CHECK(distances[1].item<double>() == Approx(golden.darker).epsilon(1e-4));
  const at::Tensor grey = x.narrow(1, 0, 1);
  CHECK(lpips.distance(grey, grey.flip(2))[0].item<double>() == Approx(golden.grey).epsilon(1e-5));
  CHECK(lpips.distance(x, x)[0].item<double>() == 0);
}

}  // namespace

// Golden values: lpips_golden.py, in float32.

TEST_CASE("LPIPS with VGG-16 is the package's, from torchvision's trunk and the package's heads") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::vgg16, weights_of(kVgg, true)),
               {0.115637347, 0.000173072782, 0.117406368});
}

TEST_CASE("LPIPS with AlexNet is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::alexnet, weights_of(kAlex, true)),
               {0.127277672, 8.87837814e-05, 0.123839051});
}

TEST_CASE("ST-LPIPS with VGG-16 is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::shift_tolerant_vgg16, weights_of(kStVgg, false)),
               {0.106854595, 0.000152828201, 0.106378667});
}

TEST_CASE("ST-LPIPS with AlexNet is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::shift_tolerant_alexnet, weights_of(kStAlex, false)),
               {0.152815685, 9.99855183e-05, 0.1467053});
}

TEST_CASE("Real weights of ST-LPIPS give the package's values",
          "[.weights]") {  // RAYGEN_STLPIPS: the folder weights/vST0.0 of stlpips-pytorch 0.0.2
  const char* folder = std::getenv("RAYGEN_STLPIPS");
  REQUIRE(folder != nullptr);
  const at::Tensor x = pattern(224, 224);
  const Lpips alex(LpipsNetwork::shift_tolerant_alexnet,
                   {fs::path(folder) / "alex_shift_tolerant.pth"}, at::kCPU, {});
  CHECK(alex.distance(x, x.flip(2))[0].item<double>() == Approx(0.31427687).epsilon(1e-5));
  CHECK(alex.distance(x, x * 0.9)[0].item<double>() == Approx(0.000313506).epsilon(1e-4));
  const Lpips vgg(LpipsNetwork::shift_tolerant_vgg16, {fs::path(folder) / "vgg_shift_tolerant.pth"},
                  at::kCPU, {});
  CHECK(vgg.distance(x, x.flip(2))[0].item<double>() == Approx(0.37671995).epsilon(1e-5));
  CHECK(vgg.distance(x, x * 0.9)[0].item<double>() == Approx(0.000760121).epsilon(1e-4));
}

TEST_CASE("The heads of the lpips package are read as they are",
          "[.weights]") {  // RAYGEN_LPIPS: the folder weights/v0.1 of lpips 0.1.4
  const char* folder = std::getenv("RAYGEN_LPIPS");
  REQUIRE(folder != nullptr);
  const LpipsFiles files;
  const at::Tensor x = pattern(48, 40);
  const auto load = [&](LpipsNetwork network, const std::vector<Layer>& layers, const char* heads) {
    const fs::path trunk = files.write("trunk", weights_of(layers, true).trunk);
    return Lpips(network, {trunk, fs::path(folder) / heads}, at::kCPU, {});
  };
  const Lpips alex = load(LpipsNetwork::alexnet, kAlex, "alex.pth");
  CHECK(alex.distance(x, x.flip(2))[0].item<double>() == Approx(0.185699865).epsilon(1e-5));
  CHECK(alex.distance(x, x * 0.9)[0].item<double>() == Approx(0.00011739097).epsilon(1e-4));
  const Lpips vgg = load(LpipsNetwork::vgg16, kVgg, "vgg.pth");
  CHECK(vgg.distance(x, x.flip(2))[0].item<double>() == Approx(0.193239495).epsilon(1e-5));
  CHECK(vgg.distance(x, x * 0.9)[0].item<double>() == Approx(0.000296753773).epsilon(1e-4));
}

TEST_CASE("LPIPS' differences have a gradient, also where all channels are off") {
  const LpipsFiles files;
  const Lpips lpips = files.load(LpipsNetwork::alexnet, weights_of(kAlex, true));
  at::Tensor x = pattern(32, 32).requires_grad_();
  at::Tensor sum = at::zeros({});
  for (const at::Tensor& map : lpips.differences(x, pattern(32, 32) * 0.5)) sum = sum + map.mean();
  sum.backward();
  CHECK(x.grad().isfinite().all().item<bool>());
  CHECK(x.grad().abs().max().item<float>() > 0);
}

TEST_CASE("LPIPS names the tensor that is missing or has another shape") {
  const LpipsFiles files;
  Parts parts = weights_of(kAlex, true);
  const auto load = [&] { return files.load(LpipsNetwork::alexnet, parts); };
  parts.heads["lin2.model.1.weight"] = at::zeros({1, 7, 1, 1});
  CHECK_THROWS_WITH(load(), Contains("lin2.model.1.weight") && Contains("[1,384,1,1]"));
  parts.trunk.erase("features.6.bias");
  CHECK_THROWS_WITH(load(),
                    Contains("slice3.6.bias") && Contains("missing") && Contains("lpips_alex"));
  CHECK_THROWS_WITH(Lpips(LpipsNetwork::vgg16, {}, at::kCPU, {}), Contains("lpips_vgg"));
}

TEST_CASE("LPIPS refuses images that it cannot see") {
  const LpipsFiles files;
  const Lpips lpips = files.load(LpipsNetwork::alexnet, weights_of(kAlex, true));
  const at::Tensor x = pattern(32, 32);
  CHECK_NOTHROW(lpips.distance(x, x));
  CHECK_THROWS_WITH(lpips.distance(x.narrow(1, 0, 2), x.narrow(1, 0, 2)), Contains("2 channels"));
  CHECK_THROWS_WITH(lpips.distance(x.narrow(2, 0, 31), x.narrow(2, 0, 31)),
                    Contains("31 x 32") && Contains("at least 32"));
  CHECK_THROWS_WITH(lpips.distance(x, pattern(32, 33)), Contains("32, 33"));
  CHECK_THROWS_WITH(lpips.distance(x / 0, x), Contains("NaN"));
}

TEST_CASE("The networks of LPIPS have names") {
  for (const auto network :
       {LpipsNetwork::vgg16, LpipsNetwork::alexnet, LpipsNetwork::shift_tolerant_vgg16,
        LpipsNetwork::shift_tolerant_alexnet})
    CHECK(lpips_network(lpips_name(network)) == network);
  CHECK_THROWS_WITH(lpips_network("squeeze"), Contains("'squeeze'") && Contains("stlpips_alex"));
}
