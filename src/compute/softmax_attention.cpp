#include "compute/softmax_attention.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

at::Tensor softmax_attention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
  const at::Tensor attended = at::scaled_dot_product_attention(queries, keys, values);
  return attended.transpose(1, 2).reshape({queries.size(0), queries.size(2), queries.size(1) * queries.size(3)});
}

}  // namespace raygen::engine
