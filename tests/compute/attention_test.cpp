#include "compute/softmax_attention.hpp"
#include "relative_error.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

TEST_CASE("Softmax attention agrees with its formula") {
  const at::Tensor q = at::randn({2, 3, 7, 16}), k = at::randn({2, 3, 11, 16}),
                   v = at::randn({2, 3, 11, 16});
  const at::Tensor weights = at::softmax(at::matmul(q, k.transpose(-1, -2)) / std::sqrt(16.0), -1);
  const at::Tensor expected = at::matmul(weights, v).transpose(1, 2).reshape({2, 7, 48});
  CHECK(at::allclose(raygen::engine::softmax_attention(q, k, v), expected, 1e-5, 1e-5));
}

TEST_CASE("Softmax attention in bfloat16 is as near to float64 as LibTorch's own, for any shape") {
  for (const auto& [batch, heads, queries, keys, width] : {std::tuple{1, 1, 1, 2, 2},
                                                           {2, 3, 33, 7, 34},
                                                           {1, 2, 31, 8, 6},
                                                           {2, 3, 70, 256, 64},
                                                           {1, 4, 130, 1022, 128},
                                                           {1, 1, 64, 300, 512}}) {
    INFO(batch << " images, " << heads << " heads, " << queries << " queries, " << keys
               << " keys of " << width);
    // Heads side by side in a row, as the layers have them; scores large enough to single keys out.
    const auto draw = [b = batch, h = heads, w = width](std::int64_t count, double scale) {
      return (at::randn({b, count, h, w}) * scale).to(at::kBFloat16).transpose(1, 2);
    };
    const at::Tensor q = draw(queries, 3), k = draw(keys, 1), v = draw(keys, 1);
    const at::Tensor expected =
        at::scaled_dot_product_attention(q.to(at::kDouble), k.to(at::kDouble), v.to(at::kDouble));
    const at::Tensor rows = expected.transpose(1, 2).reshape({batch, queries, heads * width});
    const at::Tensor result = raygen::engine::softmax_attention(q, k, v);
    REQUIRE(result.sizes() == rows.sizes());
    CHECK(result.scalar_type() == at::kBFloat16);
    CHECK(relative_rms_error(result, rows) <=
          1.5 * relative_rms_error(at::scaled_dot_product_attention(q, k, v), expected) + 1e-3);
  }
}
