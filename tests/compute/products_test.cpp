#include "compute/convolution.hpp"
#include "compute/linear.hpp"
#include "compute/winograd.hpp"
#include "relative_error.hpp"
#include "weight_file.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace raygen::engine;

TEST_CASE("A packed linear map agrees with LibTorch's for any number of rows") {
  const WeightFile file({{"l.weight", at::randn({70, 33})},
                         {"l.bias", at::randn({70})},
                         {"m.weight", at::randn({64, 33})}});
  const WeightSource source = file.source();
  const Linear with_bias = Linear::load(source, "l"), without = Linear::load(source, "m");
  for (const std::int64_t rows : {1, 2, 17, 256}) {
    const at::Tensor x = at::randn({2, rows, 33});
    CHECK(at::allclose(with_bias(x), at::linear(x, source.load("l.weight"), source.load("l.bias")),
                       1e-5, 1e-5));
    CHECK(at::allclose(without(x), at::linear(x, source.load("m.weight")), 1e-5, 1e-5));
  }
}

TEST_CASE("A packed convolution agrees with LibTorch's, fresh and added in place") {
  for (const auto& [kernel, stride, padding] :
       {std::tuple{3, 1, 1}, {1, 1, 0}, {3, 2, 0}, {2, 1, 1}}) {
    const at::Tensor weight = at::randn({48, 32, kernel, kernel}), bias = at::randn({48});
    const Convolution convolution(weight, bias, {stride, padding, 20}, Compute{});
    const at::Tensor x = at::randn({1, 32, 20, 20}).contiguous(at::MemoryFormat::ChannelsLast);
    const std::vector<std::int64_t> strides(2, stride), paddings(2, padding);
    const at::Tensor expected = at::conv2d(x, weight, bias, strides, paddings);
    CHECK(at::allclose(convolution(x), expected, 1e-4, 1e-4));
    const at::Tensor out = at::randn_like(expected).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor sum = out + expected;
    const void* memory = out.const_data_ptr();
    convolution.add_to(out, x);
    CHECK(out.const_data_ptr() == memory);
    CHECK(at::allclose(out, sum, 1e-4, 1e-4));
  }
}

namespace {

/// The convolution's result with one thread and with two.
std::pair<at::Tensor, at::Tensor> by_one_thread_and_by_two(const Convolution& convolution,
                                                           const at::Tensor& x) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = convolution(x);
  at::set_num_threads(2);
  const at::Tensor two = convolution(x);
  at::set_num_threads(threads);
  return {one, two};
}

}  // namespace

TEST_CASE("Winograd's convolution agrees with LibTorch's in float64, for images of any shape") {
  const at::Tensor weight = at::randn({40, 33, 3, 3}), bias = at::randn({40});
  const Winograd winograd(weight, bias, at::kFloat);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 2}, {3, 5}, {7, 4}, {64, 33}}) {
    const at::Tensor x =
        at::randn({1, 33, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor expected =
        at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), 1, 1);
    const at::Tensor out =
        at::full({1, 40, height, width}, NAN).contiguous(at::MemoryFormat::ChannelsLast);
    winograd.apply(x, out, /*add=*/false);
    CHECK(relative_error(out, expected) <=
          5e-5);  // Winograd's sums are larger than what they come to
    winograd.apply(x, out, /*add=*/true);
    CHECK(relative_error(out, 2 * expected) <= 5e-5);
  }
  CHECK(Winograd::suits(at::empty({128, 256, 3, 3}), 1, 1, 64, Compute{}));
  CHECK_FALSE(Winograd::suits(at::empty({128, 256, 3, 3}), 2, 1, 64, Compute{}));
  CHECK_FALSE(Winograd::suits(at::empty({128, 256, 1, 1}), 1, 0, 64, Compute{}));
  CHECK_FALSE(Winograd::suits(at::empty({128, 250, 3, 3}).transpose(0, 1), 1, 1, 64,
                              Compute{at::kCPU, at::kBFloat16}));
  CHECK_FALSE(Winograd::suits(at::empty({128, 3, 3, 3}), 1, 1, 64, Compute{}));
  CHECK_FALSE(Winograd::suits(at::empty({512, 512, 3, 3}), 1, 1, 16, Compute{}));
}

TEST_CASE(
    "Winograd's convolution in bfloat16 has twice the error of bfloat16 itself, for images of any "
    "shape") {
  if (!Winograd::suits(at::empty({128, 64, 3, 3}), 1, 1, 64, Compute{at::kCPU, at::kBFloat16})) {
    WARN(
        "left out: this CPU does not multiply pairs of bfloat16, or multiplies whole tiles of "
        "them");
    return;
  }
  const at::Tensor weight = at::randn({128, 66, 3, 3}), bias = at::randn({128});
  const Winograd winograd(weight, bias, at::kBFloat16);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 2}, {3, 5}, {7, 4}, {64, 33}}) {
    const at::Tensor x = at::randn({1, 66, height, width})
                             .contiguous(at::MemoryFormat::ChannelsLast)
                             .to(at::kBFloat16);
    const at::Tensor expected =
        at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), bias.to(at::kDouble), 1, 1);
    const at::Tensor out = at::full({1, 128, height, width}, NAN)
                               .contiguous(at::MemoryFormat::ChannelsLast)
                               .to(at::kBFloat16);
    winograd.apply(x, out, /*add=*/false);
    const double definition = relative_rms_error(
        at::conv2d(x, weight.to(at::kBFloat16), bias.to(at::kBFloat16), 1, 1), expected);
    CHECK(relative_rms_error(out, expected) <= std::max(3 * definition, 8e-3));
    winograd.apply(x, out, /*add=*/true);
    CHECK(relative_rms_error(out, 2 * expected) <= std::max(3 * definition, 8e-3));
  }
  const Convolution convolution(weight, bias, {1, 1, 64}, Compute{at::kCPU, at::kBFloat16});
  const at::Tensor x =
      at::randn({1, 66, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast).to(at::kBFloat16);
  const auto [one, two] = by_one_thread_and_by_two(convolution, x);
  CHECK(at::equal(one, two));
}

TEST_CASE(
    "A large convolution, which Winograd's takes over, gives the same bits for any number of "
    "threads") {
  const at::Tensor weight = at::randn({96, 64, 3, 3}), bias = at::randn({96});
  const Convolution convolution(weight, bias, {1, 1, 64}, Compute{});
  const at::Tensor x = at::randn({1, 64, 64, 64}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto [one, two] = by_one_thread_and_by_two(convolution, x);
  CHECK(at::equal(one, two));
  CHECK(at::allclose(one, at::conv2d(x, weight, bias, 1, 1), 1e-3, 1e-3));
}
