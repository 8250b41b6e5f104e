// Linears in 8 bits against the same arithmetic in whole numbers and in double.

#include "compute/compute.hpp"
#include "compute/int8_linear.hpp"
#include "compute/private_operators.hpp"
#include "error.hpp"
#include "storage/int8_weight.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace raygen::engine;

namespace {

/// The kernels that this CPU and this LibTorch have.
std::vector<Int8Kernel> kernels() {
  std::vector<Int8Kernel> there = {Int8Kernel::pairs};
  if (best_int8_kernel() == Int8Kernel::quads) there.push_back(Int8Kernel::quads);
  return there;
}

struct Quantized {
  at::Tensor values;  // int64 [rows,in]
  at::Tensor scales;  // double [rows,1]
};

/// What the library promises of a row, written with public operators.
Quantized quantized_rows(const at::Tensor& x) {
  const at::Tensor scales = (x.abs().amax({1}, /*keepdim=*/true) / 127).to(at::kDouble);
  const at::Tensor divisors = scales.masked_fill(scales == 0, 1);
  return {(x.to(at::kDouble) / divisors).round().to(at::kLong), scales};
}

/// y of the quantised numbers: products and sums are exact.
at::Tensor expected(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const Quantized rows = quantized_rows(x);
  const Int8Weight columns = quantize_weight(weight);
  const at::Tensor sums = at::matmul(rows.values, columns.values.to(at::kLong).t());
  return sums.to(at::kDouble) * rows.scales * columns.scales.to(at::kDouble) + bias.to(at::kDouble);
}

at::Tensor row_of(const at::Tensor& x, std::int64_t i) { return x.narrow(0, i, 1); }

}  // namespace

TEST_CASE("an 8-bit weight is the nearest one, and quantising it again changes nothing") {
  at::manual_seed(1);
  at::Tensor weight = at::randn({9, 33}) * at::pow(10, at::arange(-4, 5)).unsqueeze(1);
  weight[3].zero_();
  weight[4].fill_(1e-37);
  const Int8Weight quantized = quantize_weight(weight);
  CHECK(quantized.values.abs().max().item<int>() == 127);
  CHECK(quantized.values.min().item<int>() >= -127);
  const at::Tensor back = dequantize_weight(quantized);
  // Half a step, and the step is at most 2^-16 larger than the largest magnitude's 127th part.
  const at::Tensor step = weight.abs().amax({1}, true) / 127;
  CHECK(((back - weight).abs() <= step * 0.50001 + 1e-36).all().item<bool>());
  CHECK(quantized.scales[3].item<float>() == 0);
  CHECK(quantized.scales[4].item<float>() == 0);
  const Int8Weight again = quantize_weight(back);
  CHECK(again.values.equal(quantized.values));
  CHECK(again.scales.equal(quantized.scales));
}

TEST_CASE("an 8-bit linear is the exact product of the quantised numbers") {
  at::manual_seed(2);
  for (const auto& [rows, in, out] : std::vector<std::tuple<int, int, int>>{
           {1, 1, 1}, {3, 5, 7}, {7, 64, 64}, {65, 130, 65}, {130, 257, 200}, {2, 4096, 129}}) {
    const at::Tensor x = at::randn({rows, in}), weight = at::randn({out, in}),
                     bias = at::randn({out});
    const at::Tensor reference = expected(x, weight, bias);
    for (const Int8Kernel kernel : kernels()) {
      INFO("rows " << rows << ", in " << in << ", out " << out << ", kernel "
                   << static_cast<int>(kernel));
      const at::Tensor y = Int8Linear(weight, bias, kernel)(x);
      CHECK(y.scalar_type() == at::kFloat);
      // A value halfway between two whole numbers may go either way: it is one of `in` numbers, and
      // changes a sum by a step of x times a weight.
      const at::Tensor tie =
          quantized_rows(x).scales * weight.abs().amax().to(at::kDouble) * (in > 1000 ? 3 : 1);
      CHECK(((y.to(at::kDouble) - reference).abs() <= tie + reference.abs() * 1e-6)
                .all()
                .item<bool>());
      // Few are halfway: on the whole the two are equal but for float32's rounding.
      const double typical =
          ((y.to(at::kDouble) - reference).abs() / (reference.abs() + 1)).median().item<double>();
      CHECK(typical < 1e-6);
      const at::Tensor narrow = Int8Linear(weight, bias, kernel)(x.to(at::kBFloat16));
      CHECK(narrow.scalar_type() == at::kBFloat16);
      const at::Tensor narrow_reference =
          expected(x.to(at::kBFloat16).to(at::kFloat), weight, bias);
      CHECK(
          ((narrow.to(at::kDouble) - narrow_reference).abs() <= tie + narrow_reference.abs() / 256)
              .all()
              .item<bool>());
    }
  }
}

TEST_CASE("all kernels of 8-bit products give the same bits") {
  at::manual_seed(3);
  const at::Tensor x = at::randn({37, 301}), weight = at::randn({77, 301}), bias = at::randn({77});
  const at::Tensor pairs = Int8Linear(weight, bias, Int8Kernel::pairs)(x);
  for (const Int8Kernel kernel : kernels()) CHECK(Int8Linear(weight, bias, kernel)(x).equal(pairs));
  const WithoutPrivateOperators without;
  CHECK(best_int8_kernel() == Int8Kernel::pairs);
}

TEST_CASE("sums of the largest 8-bit numbers do not saturate") {
  const std::int64_t in = 65536;  // the widest that a bundle may ask for
  const at::Tensor x = at::full({2, in}, -3.0), weight = at::full({3, in}, 5.0);
  for (const Int8Kernel kernel : kernels()) {
    const at::Tensor y = Int8Linear(weight, {}, kernel)(x);
    // A scale of 17 bits is up to 2^-16 above the row's largest magnitude.
    CHECK(at::allclose(y, at::full_like(y, -15.0 * static_cast<double>(in)), 2e-5));
  }
}

TEST_CASE("rows of zeros, of huge and of tiny numbers, and of what is no number") {
  const at::Tensor weight = at::ones({3, 8}), bias = at::tensor({1.0F, 2.0F, 3.0F});
  at::Tensor x = at::zeros({6, 8});
  x[1].fill_(3e38);
  x[2].fill_(1e-40);
  x[3].fill_(1e-30);
  x[4][5] = std::numeric_limits<float>::infinity();
  x[5][2] = std::numeric_limits<float>::quiet_NaN();
  for (const Int8Kernel kernel : kernels()) {
    const at::Tensor y = Int8Linear(weight, bias, kernel)(x);
    CHECK(y[0].equal(bias));
    CHECK(y[2].equal(bias));
    CHECK(y[3].equal(bias));                 // 8e-30 beside 1
    CHECK(y[1].isinf().all().item<bool>());  // 2.4e39, as in float32
    CHECK(y[4].isnan().all().item<bool>());
    CHECK(y[5].isnan().all().item<bool>());
    const at::Tensor tiny = Int8Linear(weight, {}, kernel)(row_of(x, 3));
    CHECK(at::allclose(tiny, at::full_like(tiny, 8e-30), 2e-5, 0));
  }
}

TEST_CASE("a row of an 8-bit linear depends on nothing beside it") {
  at::manual_seed(4);
  const at::Tensor x = at::randn({150, 96}), weight = at::randn({80, 96}), bias = at::randn({80});
  for (const Int8Kernel kernel : kernels()) {
    const Int8Linear linear(weight, bias, kernel);
    const int before = at::get_num_threads();
    const at::Tensor all = linear(x);
    for (const std::int64_t i : {0, 63, 64, 149}) CHECK(linear(row_of(x, i)).equal(row_of(all, i)));
    for (const int threads : {1, 2, 3, 7}) {
      at::set_num_threads(threads);
      CHECK(linear(x).equal(all));
      CHECK(linear(x.view({2, 75, 96})).view({150, 80}).equal(all));
    }
    at::set_num_threads(before);
  }
}

TEST_CASE("the rows between two 8-bit products are what PyTorch's operators make of them") {
  at::manual_seed(5);
  const at::Tensor x = at::randn({200}) * 3, scale = at::randn({200}), shift = at::randn({200});
  at::Tensor row = x.clone();
  normalize(row.mutable_data_ptr<float>(), 200, scale.const_data_ptr<float>(),
            shift.const_data_ptr<float>(), 1e-5F);
  CHECK(at::allclose(row, at::layer_norm(x, {200}, scale, shift, 1e-5), 1e-5, 1e-5));

  std::vector<std::int16_t> quantized(200);
  at::Tensor rest = x.clone();
  const float step = quantize(x.const_data_ptr<float>(), 200, 0, quantized.data());
  subtract(rest.mutable_data_ptr<float>(), 200, quantized.data(), step);
  CHECK(rest.abs().max().item<float>() <= step * 0.5001F);
  std::vector<std::uint8_t> shifted(202);
  CHECK(quantize(x.const_data_ptr<float>(), 200, 2, shifted.data()) == step);
  for (std::size_t i = 0; i < 200; ++i) CHECK(shifted[i] == quantized[i] + 128);
  CHECK(shifted[200] == 128);
  at::Tensor same = x.clone();
  subtract(same.mutable_data_ptr<float>(), 200, shifted.data(), step);
  CHECK(same.equal(rest));

  const at::Tensor sums = at::randint(-100000, 100000, {2, 64}, at::kInt),
                   offsets = at::randint(-100, 100, {64}, at::kInt), columns = at::rand({64}),
                   bias = at::randn({64}), rows = at::tensor({1e-4F, 3e-5F});
  const QuantizedSums what{sums.const_data_ptr<std::int32_t>(),    64,
                           offsets.const_data_ptr<std::int32_t>(), columns.const_data_ptr<float>(),
                           bias.const_data_ptr<float>(),           rows.const_data_ptr<float>()};
  const at::Tensor value = (sums - offsets).to(at::kDouble) * rows.to(at::kDouble).unsqueeze(1) *
                               columns.to(at::kDouble) +
                           bias.to(at::kDouble);
  at::Tensor out = at::ones({2, 64});
  dequantize(what, 2, 64, out.mutable_data_ptr<float>(), 64, /*add=*/true);
  CHECK(at::allclose(out.to(at::kDouble), value + 1, 1e-5, 1e-5));
  dequantize_and_gate(what, what, 2, 64, out.mutable_data_ptr<float>(), 64);
  CHECK(at::allclose(out.to(at::kDouble), at::gelu(value) * value, 1e-5, 1e-5));
}

TEST_CASE("int8 is for CPUs, is never what auto takes, and has the CPU's type for all else") {
  const Compute int8 = resolve_compute(DeviceChoice::cpu, 0, PrecisionChoice::int8);
  CHECK(int8.int8_linears);
  CHECK(int8.type == (cpu_multiplies_bfloat16() ? at::kBFloat16 : at::kFloat));
  CHECK(std::string(name_of(int8)) == "int8");
  CHECK_FALSE(resolve_compute(DeviceChoice::cpu, 0, PrecisionChoice::automatic).int8_linears);
}
