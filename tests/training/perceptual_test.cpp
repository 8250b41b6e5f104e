#include "training/perceptual.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;

TEST_CASE(
    "the pyramid's distance is 0 for equal images, grows with the difference and has a gradient") {
  const auto distance = make_laplacian_pyramid_loss();
  const at::Tensor x = at::sin(at::arange(2 * 32 * 32, at::kFloat)).view({2, 1, 32, 32});
  CHECK((*distance)(x, x).abs().max().item<float>() == 0);
  const float near = (*distance)(x, x * 0.9)[0].item<float>(),
              far = (*distance)(x, x * 0.5)[0].item<float>();
  CHECK(near > 0);
  CHECK(far == Approx(5 * near).epsilon(1e-4));  // it is linear in the difference
  at::Tensor y = (x * 0.5).detach().requires_grad_();
  (*distance)(x, y).sum().backward();
  CHECK(y.grad().abs().max().item<float>() > 0);
}
