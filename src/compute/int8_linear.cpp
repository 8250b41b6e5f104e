#include "compute/int8_linear.hpp"

#include "error.hpp"
#include "storage/int8_weight.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace raygen::engine {

namespace {

template <typename T>
void multiply_all(const Int8Linear& linear, const T* x, std::int64_t rows, T* out) {
  const std::int64_t at_once = int8_rows_at_once(rows), in = linear.in_features();
  at::parallel_for(0, (rows + at_once - 1) / at_once, 1, [&](std::int64_t begin, std::int64_t end) {
    Int8Rows quantized(linear.kernel(), at_once, in);
    std::vector<float> row(static_cast<std::size_t>(in));
    for (std::int64_t first = begin * at_once; first < std::min(end * at_once, rows);
         first += at_once) {
      const std::int64_t count = std::min(at_once, rows - first);
      for (std::int64_t i = 0; i < count; ++i) {
        to_float(x + (first + i) * in, in, row.data());
        quantized.quantize(i, row.data());
      }
      linear.run(quantized, count, out + first * linear.out_features(), /*add=*/false);
    }
    release_int8(linear.kernel());
  });
}

}  // namespace

Int8Rows::Int8Rows(Int8Kernel kernel, std::int64_t rows, std::int64_t width)
    : kernel_(kernel),
      width_(width),
      depth_(int8_padded_depth(kernel, width)),
      values_(static_cast<std::size_t>((rows * depth_ * int8_value_size(kernel) + 1) / 2)),
      scales_(static_cast<std::size_t>(rows)) {}

void Int8Rows::quantize(std::int64_t i, const float* x) {
  float& scale = scales_[static_cast<std::size_t>(i)];
  const std::int64_t padding = depth_ - width_;
  if (kernel_ == Int8Kernel::quads) {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(values_.data());
    scale = engine::quantize(x, width_, padding, bytes + i * depth_);
  } else {
    scale = engine::quantize(x, width_, padding, values_.data() + i * depth_);
  }
}

void Int8Rows::subtract_from(std::int64_t i, float* x) const {
  const float scale = scales_[static_cast<std::size_t>(i)];
  if (kernel_ == Int8Kernel::quads) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(values_.data());
    subtract(x, width_, bytes + i * depth_, scale);
  } else {
    subtract(x, width_, values_.data() + i * depth_, scale);
  }
}

Int8Linear::Int8Linear(const at::Tensor& weight, const at::Tensor& bias, Int8Kernel kernel)
    : kernel_(kernel),
      in_features_(weight.size(1)),
      out_features_(weight.size(0)),
      depth_(int8_padded_depth(kernel, in_features_)) {
  const Int8Weight quantized = quantize_weight(weight);
  packed_ = pack_int8(kernel, quantized.values);
  const auto padded = [this](const at::Tensor& one_a_column) {
    return at::constant_pad_nd(one_a_column, {0, groups() * kInt8Columns - out_features_});
  };
  scales_ = padded(quantized.scales);
  bias_ = padded(bias.defined() ? bias.to(at::kFloat) : at::zeros_like(quantized.scales));
  const at::Tensor column_sums = quantized.values.sum(1, /*keepdim=*/false, at::kInt);
  offsets_ =
      padded(kernel == Int8Kernel::quads ? column_sums.mul(128) : at::zeros_like(column_sums));
}

std::int64_t Int8Linear::columns(std::int64_t group) const {
  return std::min(kInt8Columns, out_features_ - group * kInt8Columns);
}

QuantizedSums Int8Linear::multiply(std::int64_t group, const Int8Rows& x, std::int64_t rows,
                                   Sums& sums) const {
  sums.resize(static_cast<std::size_t>(rows * kInt8Columns));
  const std::int64_t first = group * kInt8Columns;
  multiply_int8(kernel_, rows, depth_, x.values(),
                packed_.const_data_ptr<std::int8_t>() + first * depth_, sums.data());
  return {sums.data(),
          kInt8Columns,
          offsets_.const_data_ptr<std::int32_t>() + first,
          scales_.const_data_ptr<float>() + first,
          bias_.const_data_ptr<float>() + first,
          x.scales()};
}

template <typename T>
void Int8Linear::run(const Int8Rows& x, std::int64_t rows, T* out, bool add) const {
  Sums sums;
  for (std::int64_t group = 0; group < groups(); ++group) {
    const QuantizedSums some = multiply(group, x, rows, sums);
    dequantize(some, rows, columns(group), out + group * kInt8Columns, out_features_, add);
  }
}
template void Int8Linear::run(const Int8Rows&, std::int64_t, float*, bool) const;
template void Int8Linear::run(const Int8Rows&, std::int64_t, BFloat16Bits*, bool) const;

at::Tensor Int8Linear::operator()(const at::Tensor& x) const {
  const at::Tensor rows = x.reshape({-1, in_features_}).contiguous();
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.back() = out_features_;
  const at::Tensor out = at::empty(sizes, x.options());
  if (x.scalar_type() == at::kFloat) {
    multiply_all(*this, rows.const_data_ptr<float>(), rows.size(0), out.mutable_data_ptr<float>());
  } else if (x.scalar_type() == at::kBFloat16) {
    multiply_all(*this, static_cast<const BFloat16Bits*>(rows.const_data_ptr()), rows.size(0),
                 static_cast<BFloat16Bits*>(out.mutable_data_ptr()));
  } else {
    fail(Status::internal, "8-bit linears take float32 or bfloat16, not {}",
         c10::toString(x.scalar_type()));
  }
  return out;
}

std::int64_t int8_rows_at_once(std::int64_t rows) {
  constexpr std::int64_t most = 64;
  const std::int64_t threads = at::get_num_threads();
  return std::clamp<std::int64_t>((rows + threads - 1) / threads, 1, most);
}

}  // namespace raygen::engine
