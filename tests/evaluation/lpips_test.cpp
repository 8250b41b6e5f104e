#include "evaluation/lpips.hpp"

#include "error.hpp"
#include "lpips_weights.hpp"
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
  Lpips load(LpipsNetwork network, const LpipsParts& parts) const {
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
  check_golden(files.load(LpipsNetwork::vgg16, lpips_weights(kVgg, true)),
               {0.115637347, 0.000173072782, 0.117406368});
}

TEST_CASE("LPIPS with AlexNet is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::alexnet, lpips_weights(kAlex, true)),
               {0.127277672, 8.87837814e-05, 0.123839051});
}

TEST_CASE("ST-LPIPS with VGG-16 is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::shift_tolerant_vgg16, lpips_weights(kStVgg, false)),
               {0.106854595, 0.000152828201, 0.106378667});
}

TEST_CASE("ST-LPIPS with AlexNet is the package's") {
  const LpipsFiles files;
  check_golden(files.load(LpipsNetwork::shift_tolerant_alexnet, lpips_weights(kStAlex, false)),
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
  const auto load = [&](LpipsNetwork network, const std::vector<LpipsLayer>& layers,
                        const char* heads) {
    const fs::path trunk = files.write("trunk", lpips_weights(layers, true).trunk);
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
  const Lpips lpips = files.load(LpipsNetwork::alexnet, lpips_weights(kAlex, true));
  at::Tensor x = pattern(32, 32).requires_grad_();
  at::Tensor sum = at::zeros({});
  for (const at::Tensor& map : lpips.differences(x, pattern(32, 32) * 0.5)) sum = sum + map.mean();
  sum.backward();
  CHECK(x.grad().isfinite().all().item<bool>());
  CHECK(x.grad().abs().max().item<float>() > 0);
}

TEST_CASE("LPIPS names the tensor that is missing or has another shape") {
  const LpipsFiles files;
  LpipsParts parts = lpips_weights(kAlex, true);
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
  const Lpips lpips = files.load(LpipsNetwork::alexnet, lpips_weights(kAlex, true));
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
