// Settings of the host's process and thread that products depend on, and operators that LibTorch
// does not promise.

#include "compute/convolution.hpp"
#include "compute/guest.hpp"
#include "compute/host_guard.hpp"
#include "compute/linear.hpp"
#include "compute/private_operators.hpp"
#include "compute/softmax_attention.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <catch2/catch.hpp>

#include <cfenv>
#include <functional>
#include <thread>
#include <vector>

using namespace raygen::engine;

namespace {

/// One of each kind of product.
class Products {
 public:
  std::vector<at::Tensor> operator()() const {
    return {at::mm(large_, large_),
            linear_(large_),
            convolution_(image_),
            winograd_(large_image_),
            at::bmm(heads_[0], heads_[0].transpose(1, 2)),
            softmax_attention(heads_, heads_, heads_)};
  }

 private:
  at::Tensor large_ = at::randn({256, 256}), image_ = channels_last({1, 32, 20, 20}),
             large_image_ = channels_last({1, 64, 64, 64}), heads_ = at::randn({1, 4, 64, 32});
  Linear linear_{at::randn({256, 256}), at::randn({256}), Compute{}};
  Convolution convolution_{at::randn({48, 32, 3, 3}), at::randn({48}), {1, 1, 20}, Compute{}};
  Convolution winograd_{at::randn({96, 64, 3, 3}), at::randn({96}), {1, 1, 64}, Compute{}};

  static at::Tensor channels_last(at::IntArrayRef sizes) {
    return at::randn(sizes).contiguous(at::MemoryFormat::ChannelsLast);
  }
};

/// Whether a host that allows less exact products gets them. (Of convolutions few CPUs make any.)
bool can_be_loose() { return at::hasMKLDNN() && cpu_multiplies_bfloat16(); }

bool equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::equal(a[i], b[i])) return false;
  return true;
}

}  // namespace

TEST_CASE("Products of float32 are float32's, however inexact the host allows them to be") {
  const Products products;
  const auto guarded = [&] {
    const HostGuard guard(Compute{}, 1);
    return products();
  };
  const auto expected = guarded();
  at::Context& context = at::globalContext();
  context.setFloat32MatmulPrecision("medium");
  const auto loose = products();
  if (can_be_loose()) CHECK_FALSE(equal(loose, expected));
  CHECK(equal(guarded(), expected));
  CHECK(equal(products(), loose));  // the host's own are what they were
  {
    const HostGuard outer(Compute{}, 1);
    CHECK(equal(guarded(), expected));
    CHECK(equal(products(), expected));  // the inner one is not the last
    std::thread([&] { CHECK(equal(guarded(), expected)); }).join();
    context.setFloat32MatmulPrecision("medium");  // by another thread of the host, say
    CHECK(equal(guarded(), expected));
  }
  CHECK(equal(products(), loose));
  {
    const HostGuard guard(Compute{}, 1);
    context.setFloat32MatmulPrecision("medium");
  }
  CHECK(equal(products(), loose));  // what the host sets meanwhile stays
  context.setFloat32MatmulPrecision("highest");
}

namespace {

/// Settings that newer LibTorches have beside the one above.
template <typename Context>
void each_precision(const std::function<void(const std::function<void(bool)>&, bool)>& test) {
  if constexpr (requires { &Context::setFloat32Precision; }) {
    const auto with = [&]<typename Backend, typename Op, typename Precision>(
                          void (Context::*set)(Backend, Op, Precision)) {
      Context& context = at::globalContext();
      if constexpr (std::is_enum_v<std::remove_cvref_t<Backend>>) {
        const std::pair<Backend, Op> nodes[] = {{Backend::GENERIC, Op::ALL},
                                                {Backend::MKLDNN, Op::ALL},
                                                {Backend::MKLDNN, Op::MATMUL},
                                                {Backend::MKLDNN, Op::CONV}};
        for (const auto& [backend, op] : nodes) {
          test(
              [&, node_backend = backend, node_op = op](bool loose) {
                // What says nothing for itself has its parent's.
                if (node_op != Op::MATMUL && node_op != Op::CONV)
                  for (const Op child : {Op::MATMUL, Op::CONV})
                    (context.*set)(Backend::MKLDNN, child, Precision::NONE);
                (context.*set)(node_backend, node_op, loose ? Precision::BF16 : Precision::NONE);
              },
              op != Op::CONV);
        }
      }
    };
    with(&Context::setFloat32Precision);
  }
}

}  // namespace

TEST_CASE("Nor do the settings of one backend, one kind of operator or all of them") {
  const Products products;
  const auto guarded = [&] {
    const HostGuard guard(Compute{}, 1);
    return products();
  };
  const auto expected = guarded();
  each_precision<at::Context>([&](const std::function<void(bool)>& loosen, bool matrices) {
    loosen(true);
    const auto loose = products();
    if (matrices && can_be_loose()) CHECK_FALSE(equal(loose, expected));
    CHECK(equal(guarded(), expected));
    CHECK(equal(products(), loose));
    loosen(false);
    CHECK(equal(guarded(), expected));
  });
}

TEST_CASE("A thread that rounds otherwise computes as any other while it is a guest's") {
  const int threads = at::get_num_threads();
  const at::Tensor x = at::randn({512, 512}), tiny = at::full({100000}, 1e-38F);
  const auto made = [&] {
    const Guest guest;
    const HostGuard guard(Compute{}, 2);
    return std::vector<at::Tensor>{at::mm(x, x), x / 3, tiny / 16};
  };
  const auto expected = made();
  CHECK(expected[2].count_nonzero().item<std::int64_t>() == tiny.numel());
  const auto otherwise = [&](const char* what, const auto& set, const auto& reset) {
    INFO(what);
    // In a thread that has no team yet: its threads inherit what it does.
    std::thread([&] {
      set();
      at::set_num_threads(2);
      const at::Tensor own = tiny / 16;
      CHECK(equal(made(), expected));
      CHECK(at::equal(tiny / 16, own));
      reset();
    }).join();
  };
  otherwise(
      "rounding", [] { std::fesetround(FE_UPWARD); }, [] { std::fesetround(FE_TONEAREST); });
  otherwise(
      "flushing", [] { at::Context::setFlushDenormal(true); },
      [] { at::Context::setFlushDenormal(false); });
  at::set_num_threads(threads);
}

TEST_CASE("Without operators that LibTorch does not promise, public ones give the same numbers") {
  at::manual_seed(5);
  const at::Tensor x = at::randn({7, 96}),
                   image = at::randn({1, 32, 20, 20}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor weight = at::randn({80, 96}), bias = at::randn({80}),
                   kernel = at::randn({48, 32, 3, 3}), kernel_bias = at::randn({48});
  const auto made = [&] {
    const Linear linear(weight.clone(), bias, Compute{}), without(weight.clone(), {}, Compute{});
    const Convolution convolution(kernel.clone(), kernel_bias, {1, 1, 20}, Compute{}),
        strided(kernel.clone(), kernel_bias, {2, 0, 20}, Compute{});
    const at::Tensor sum = at::ones({1, 48, 20, 20}).contiguous(at::MemoryFormat::ChannelsLast);
    convolution.add_to(sum, image);
    return std::vector<at::Tensor>{linear(x), without(x), convolution(image), strided(image), sum};
  };
  const auto with = made();
  std::vector<at::Tensor> without;
  {
    const WithoutPrivateOperators none;
    CHECK_FALSE(has_packed_linear());
    CHECK_FALSE(has_packed_convolution());
    CHECK_FALSE(has_fused_adam(at::kCPU));
    without = made();
  }
  for (std::size_t i = 0; i < with.size(); ++i) {
    INFO(i);
    CHECK(at::allclose(with[i], without[i], 1e-5, 1e-4));
  }
  if (!at::hasMKLDNN()) return;
  CHECK(has_packed_linear());
  CHECK(has_packed_convolution());
  CHECK(has_fused_adam(at::kCPU));
}

TEST_CASE("What is packed computes in its own type while others multiply in bfloat16") {
  const Linear linear(at::randn({64, 32}), at::randn({64}), Compute{});
  const Convolution convolution(at::randn({48, 32, 3, 3}), at::randn({48}), {2, 0, 20}, Compute{});
  const at::Tensor x = at::randn({5, 32}),
                   image = at::randn({1, 32, 20, 20}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor expected = linear(x), picture = convolution(image);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  const at::Tensor own = linear(x), from_rounded = linear(x.to(at::kBFloat16)),
                   own_picture = convolution(image);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  if (!has_packed_linear() || own.scalar_type() != at::kFloat) return;  // public ones are cast
  CHECK(at::equal(own, expected));
  CHECK(at::equal(own_picture, picture));
  CHECK(at::allclose(from_rounded, expected, 0.1, 0.1));
}

TEST_CASE("Adam by public operators is the fused one but for rounding") {
  const auto numbers = [](double from) {
    return std::vector<at::Tensor>{at::linspace(from, from + 1, 600).sin().view({20, 30}),
                                   at::linspace(from, from + 2, 7).sin()};
  };
  const auto zeros = [] { return std::vector<at::Tensor>{at::zeros({20, 30}), at::zeros({7})}; };
  const auto fused = numbers(0), plain = numbers(0), first = zeros(), second = zeros(),
             plain_first = zeros(), plain_second = zeros();
  for (std::int64_t count = 1; count <= 20; ++count) {
    const AdamStep step{1e-2, 0.9, 0.96, 0.05, 1e-8, count};
    const auto gradients = numbers(0.3 * static_cast<double>(count));
    fused_adam(fused, gradients, first, second, step);
    plain_adam(plain, gradients, plain_first, plain_second, step);
  }
  for (std::size_t i = 0; i < fused.size(); ++i) {
    CHECK_FALSE(at::allclose(fused[i], numbers(0)[i], 1e-2, 1e-2));
    CHECK(at::allclose(fused[i], plain[i], 1e-5, 1e-6));
    CHECK(at::allclose(second[i], plain_second[i], 1e-5, 1e-7));
  }
}
