#include "compute/matmul_peak.hpp"

#include "compute/host_guard.hpp"
#include "compute/int8_linear.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

namespace raygen::engine {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Waits for the device, too: a value can only be read when it is there.
void finish(const at::Tensor& product) { product.select(0, 0).select(0, 0).item<double>(); }

/// The best rate of a product [rows,inner] x [inner,columns], repeated within a time budget.
template <typename Product>
double best_rate(std::int64_t rows, std::int64_t inner, std::int64_t columns, double budget,
                 const Product& product) {
  const double operations =
      2.0 * static_cast<double>(rows) * static_cast<double>(inner) * static_cast<double>(columns);
  double best = 0;
  const Clock::time_point begin = Clock::now();
  do {
    const Clock::time_point start = Clock::now();
    product();
    best = std::max(best, operations / seconds_since(start) * 1e-9);
  } while (seconds_since(begin) < budget);
  return best;
}

double product_rate(std::int64_t rows, std::int64_t inner, std::int64_t columns,
                    const Compute& compute, double budget) {
  const auto options = at::TensorOptions(compute.type).device(compute.device);
  // Constants: a product's speed does not depend on its values, and the host's random state is not
  // ours to use.
  const at::Tensor a = at::full({rows, inner}, 0.5, options),
                   b = at::full({inner, columns}, 0.25, options);
  at::Tensor product = at::mm(a, b);
  finish(product);
  return best_rate(rows, inner, columns, budget, [&] {
    at::mm_out(product, a, b);
    finish(product);
  });
}

/// The same of 8-bit products, with all that quantising costs.
double int8_rate(std::int64_t rows, std::int64_t inner, std::int64_t columns,
                 const Compute& compute, double budget) {
  const Int8Linear linear(at::full({columns, inner}, 0.25), {});
  const at::Tensor x = at::full({rows, inner}, 0.5, at::TensorOptions(compute.type));
  linear(x);
  return best_rate(rows, inner, columns, budget, [&] { linear(x); });
}

}  // namespace

double measure_matmul_peak(const Compute& compute, int threads) {
  const HostGuard guard(compute, threads);
  const std::int64_t size = compute.device.is_cuda() ? 8192 : 2048;
  constexpr double budget = 0.3;
  const auto rate = compute.int8_linears ? int8_rate : product_rate;
  double best = 0;
  best = std::max(best, rate(size, size, size, compute, budget));
  best = std::max(best, rate(1024, 1024, 8192, compute, budget));
  best = std::max(best, rate(1024, 4096, 1024, compute, budget));
  return best;
}

}  // namespace raygen::engine
