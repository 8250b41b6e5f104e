#include "compute/softmax_attention.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

TEST_CASE("Softmax attention agrees with its formula") {
  const at::Tensor q = at::randn({2, 3, 7, 16}), k = at::randn({2, 3, 11, 16}), v = at::randn({2, 3, 11, 16});
  const at::Tensor weights = at::softmax(at::matmul(q, k.transpose(-1, -2)) / std::sqrt(16.0), -1);
  const at::Tensor expected = at::matmul(weights, v).transpose(1, 2).reshape({2, 7, 48});
  CHECK(at::allclose(raygen::engine::softmax_attention(q, k, v), expected, 1e-5, 1e-5));
}
