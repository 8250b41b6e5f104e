// group_norm.cu as plain C++, against LibTorch's own group norm in float64.

#include "cuda_emulation.hpp"

#include "compute/group_norm.cu"

#include "compute/device_kernel.hpp"
#include "compute/group_norm_on_device.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <algorithm>

namespace {

constexpr double epsilon = 1e-6;

struct Case {
  std::int64_t images, channels, height, width;
  double mean;
  unsigned threads, chunks, blocks;
};

at::Tensor numbers(at::IntArrayRef sizes, std::uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed));
}

/// By the three kernels. x: channels last.
at::Tensor emulated(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    const Case& shape, bool swish, bool in_place) {
  const auto rows = static_cast<unsigned>(shape.height * shape.width),
             channels = static_cast<unsigned>(shape.channels),
             images = static_cast<unsigned>(shape.images);
  at::Tensor in = x.clone(at::MemoryFormat::ChannelsLast);
  at::Tensor out = in_place ? in : at::empty_like(in);
  std::vector<Moments> partial(images * shape.chunks * groups);
  std::vector<float> affine(images * channels * 2);
  const auto run = [&](auto* from, auto* to, auto moments, auto apply_kernel) {
    cuda_emulation::launch(shape.chunks, images, shape.threads, moments, from, partial.data(), rows,
                           channels);
    cuda_emulation::launch(images, 1, shape.threads, raygen_group_affine, partial.data(),
                           weight.const_data_ptr<float>(), bias.const_data_ptr<float>(),
                           affine.data(), shape.chunks, channels, static_cast<float>(epsilon));
    cuda_emulation::launch(shape.blocks, images, shape.threads, apply_kernel, from, to,
                           affine.data(), rows, channels, swish ? 1 : 0);
  };
  if (x.scalar_type() == at::kFloat) {
    run(in.mutable_data_ptr<float>(), out.mutable_data_ptr<float>(), raygen_group_moments_float32,
        raygen_group_apply_float32);
  } else {
    run(static_cast<BFloat16*>(in.mutable_data_ptr()),
        static_cast<BFloat16*>(out.mutable_data_ptr()), raygen_group_moments_bfloat16,
        raygen_group_apply_bfloat16);
  }
  return out;
}

}  // namespace

TEST_CASE("The kernels of group norm agree with LibTorch's in float64") {
  const std::vector<Case> cases = {
      {1, 32, 2, 2, 0, 32, 1, 1},        // a channel a group, fewer rows than lanes
      {2, 64, 7, 5, 0, 64, 3, 2},        // chunks of unequal length
      {1, 128, 16, 16, 100, 128, 4, 3},  // a mean that is large against the deviation
      {3, 96, 5, 9, -3, 64, 2, 1},       // threads that are left over
      {1, 512, 4, 4, 0, 128, 16, 5}};    // a row a chunk
  for (const Case& shape : cases) {
    INFO(shape.channels << " channels, " << shape.threads << " threads");
    const at::Tensor x =
        (numbers({shape.images, shape.channels, shape.height, shape.width}, 1) * 2 + shape.mean)
            .contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = numbers({shape.channels}, 2), bias = numbers({shape.channels}, 3);
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
      const at::Tensor typed = x.to(type);
      const at::Tensor exact = at::group_norm(typed.to(at::kDouble), 32, weight.to(at::kDouble),
                                              bias.to(at::kDouble), epsilon);
      // What float32 loses where the mean is fifty deviations, and half a unit of bfloat16.
      const double rounding = type == at::kFloat ? (shape.mean > 10 ? 2e-4 : 3e-5) : 1.0 / 256;
      for (const bool swish : {false, true}) {
        const at::Tensor expected = swish ? at::silu(exact) : exact;
        const at::Tensor result = emulated(typed, weight, bias, shape, swish, false);
        CHECK(((result.to(at::kDouble) - expected).abs() <=
               rounding * (type == at::kFloat ? at::ones_like(expected) : expected.abs() + 1e-2))
                  .all()
                  .item<bool>());
        CHECK(at::equal(emulated(typed, weight, bias, shape, swish, true), result));
      }
    }
  }
}

TEST_CASE("bfloat16 is rounded to the nearest, ties to the even") {
  const at::Tensor values = at::cat(
      {numbers({1000}, 4) * 1e3, at::tensor({1.00390625F, 1.01171875F, 0.0F, -0.0F, 3e38F})});
  const at::Tensor expected = values.to(at::kBFloat16);
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    BFloat16 narrowed{};
    narrow(values[i].item<float>(), narrowed);
    const float back = widened(narrowed);
    REQUIRE(back == expected[i].item<float>());
  }
}

TEST_CASE("A map is divided so that a block's threads have work, and its memory suffices") {
  for (const std::int64_t channels : {32, 128, 256, 512, 1024}) {
    for (const std::int64_t pack : {4, 8}) {
      if (channels / pack > 256) continue;
      for (const std::int64_t side : {1, 8, 32, 512}) {
        const auto shape = raygen::engine::group_norm_shape(side * side, channels, pack);
        CHECK(shape.threads <= most_threads);
        CHECK(shape.threads % groups == 0);
        CHECK(shape.threads / (channels / pack) * channels <= most_threads * pack);
        CHECK(shape.chunks >= 1);
        CHECK(shape.chunks <= side * side);
        CHECK(shape.blocks >= 1);
      }
    }
  }
}
