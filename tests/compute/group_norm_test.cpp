#include "compute/group_norm.hpp"
#include "weight_file.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

namespace {

at::Tensor random_map(std::int64_t channels, std::int64_t height, std::int64_t width, double mean) {
  return (at::randn({1, channels, height, width}) * 2 + mean)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

}  // namespace

TEST_CASE("GroupNorm and swish agree with LibTorch's in float64") {
  for (const std::int64_t channels : {32, 64, 128}) {
    const WeightFile file({{"n.weight", at::randn({channels})}, {"n.bias", at::randn({channels})}});
    const WeightSource source = file.source();
    const GroupNorm norm = GroupNorm::load(source, "n");
    for (const auto& [height, width, mean] :
         {std::tuple{2, 2, 0.0}, {3, 5, 0.0}, {33, 17, 10.0}, {64, 64, -3.0}}) {
      const at::Tensor x = random_map(channels, height, width, mean);
      const at::Tensor plain =
          at::group_norm(x.to(at::kDouble), 32, source.load("n.weight", at::kDouble),
                         source.load("n.bias", at::kDouble), 1e-6);
      at::Tensor out = at::empty_like(x);
      norm.apply(x, out, false);
      CHECK((out - plain).abs().max().item<double>() < 3e-5);
      norm.apply(x, out, true);
      CHECK((out - at::silu(plain)).abs().max().item<double>() < 3e-5);
      at::Tensor in_place = x.clone(at::MemoryFormat::ChannelsLast);
      norm.apply(in_place, in_place, true);
      CHECK(at::equal(in_place, out));
    }
  }
}

TEST_CASE("GroupNorm in bfloat16 is float32 inside") {
  const WeightFile file({{"n.weight", at::randn({64})}, {"n.bias", at::randn({64})}});
  const GroupNorm norm = GroupNorm::load(file.source(at::kBFloat16), "n");
  const at::Tensor x =
      random_map(64, 31, 29, 1).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  at::Tensor exact = at::empty_like(x, x.options().dtype(at::kFloat)), out = at::empty_like(x);
  norm.apply(x.to(at::kFloat), exact, true);
  norm.apply(x, out, true);
  CHECK(at::equal(out, exact.to(at::kBFloat16)));
}

TEST_CASE("GroupNorm does not depend on the number of threads") {
  const WeightFile file({{"n.weight", at::randn({128})}, {"n.bias", at::randn({128})}});
  const GroupNorm norm = GroupNorm::load(file.source(), "n");
  const at::Tensor x = random_map(128, 50, 50, 0);
  const int before = at::get_num_threads();
  at::Tensor one = at::empty_like(x), two = at::empty_like(x);
  at::set_num_threads(1);
  norm.apply(x, one, true);
  at::set_num_threads(2);
  norm.apply(x, two, true);
  at::set_num_threads(before);
  CHECK(at::equal(one, two));
}
