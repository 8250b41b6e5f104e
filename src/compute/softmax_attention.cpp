#include "compute/softmax_attention.hpp"

#include "compute/bfloat16_products.hpp"
#include "compute/heads.hpp"
#include "compute/simd_kernels.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::engine {

namespace {

constexpr std::int64_t queries_at_once = 32;

bool suits_pairs(const at::Tensor& queries, const at::Tensor& keys) {
  return queries.device().is_cpu() && queries.scalar_type() == at::kBFloat16 &&
         queries.stride(3) == 1 && queries.size(3) % 2 == 0 && keys.size(2) % 2 == 0 &&
         can_multiply_pairs();
}

/// Scores and sums in float32, weights in bfloat16, as LibTorch's own, whose products make little
/// of the CPU's bfloat16.
at::Tensor attention_by_pairs(const at::Tensor& queries, const at::Tensor& keys,
                              const at::Tensor& values) {
  const std::int64_t batch = queries.size(0), heads = queries.size(1), count = queries.size(2),
                     width = queries.size(3), context = keys.size(2);
  // [B,H,d/2,S,2] and [B,H,S/2,d,2]; a pair of a key's values moves as one 32-bit number.
  const at::Tensor key_pairs = keys.contiguous().view(at::kInt).transpose(2, 3).contiguous();
  const at::Tensor value_pairs =
      values.reshape({batch, heads, context / 2, 2, width}).transpose(3, 4).contiguous();
  const at::Tensor out = at::empty({batch, count, heads * width}, queries.options());
  const auto* const query = queries.const_data_ptr<at::BFloat16>();
  const auto* const key = static_cast<const at::BFloat16*>(key_pairs.const_data_ptr());
  const auto* const value = value_pairs.const_data_ptr<at::BFloat16>();
  auto* const result = out.mutable_data_ptr<at::BFloat16>();
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(width)));
  const std::int64_t blocks = (count + queries_at_once - 1) / queries_at_once;
  constexpr std::int64_t products = 1 << 22;  // some 50 µs
  const std::int64_t at_once = products / (queries_at_once * context * width) + 1;
  at::parallel_for(0, batch * heads * blocks, at_once, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor scores = at::empty({queries_at_once, context}, at::kFloat),
                     weights = at::empty_like(scores, at::kBFloat16),
                     attended = at::empty({queries_at_once, width}, at::kFloat);
    float *const score = scores.mutable_data_ptr<float>(), *const sum =
                                                               attended.mutable_data_ptr<float>();
    auto* const weight = weights.mutable_data_ptr<at::BFloat16>();
    std::array<float, queries_at_once> total{};
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t image = i / blocks / heads, head = i / blocks % heads,
                         first = i % blocks * queries_at_once;
      const std::int64_t rows = std::min(queries_at_once, count - first),
                         part = (image * heads + head) * context * width;
      multiply_pairs(
          rows, context, width,
          query + image * queries.stride(0) + head * queries.stride(1) + first * queries.stride(2),
          queries.stride(2), key + part, score);
      for (std::int64_t row = 0; row < rows; ++row)
        total.at(static_cast<std::size_t>(row)) =
            exponentials(score + row * context, context, scale,
                         reinterpret_cast<BFloat16Bits*>(weight) + row * context);
      multiply_pairs(rows, width, context, weight, context, value + part, sum);
      for (std::int64_t row = 0; row < rows; ++row) {
        at::BFloat16* const target =
            result + ((image * count + first + row) * heads + head) * width;
        narrow(sum + row * width, width, 1 / total.at(static_cast<std::size_t>(row)),
               reinterpret_cast<BFloat16Bits*>(target));
      }
    }
  });
  return out;
}

}  // namespace

at::Tensor softmax_attention(const at::Tensor& queries, const at::Tensor& keys,
                             const at::Tensor& values) {
  if (suits_pairs(queries, keys)) return attention_by_pairs(queries, keys, values);
  return merge_heads(at::scaled_dot_product_attention(queries, keys, values));
}

}  // namespace raygen::engine
