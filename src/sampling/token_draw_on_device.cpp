#include "sampling/token_draw_on_device.hpp"

#include "compute/device_kernel.hpp"
#include "noise/sampling_noise.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

/// A power of two that gives each thread a block of Philox, where there are so many.
std::int64_t threads_for(std::int64_t codebook) {
  constexpr std::int64_t least = 32, most = 256;
  std::int64_t threads = least;
  while (threads < most && threads * 4 < codebook) threads *= 2;
  return threads;
}

}  // namespace

std::optional<Draw> drawn_on_device(const DrawRule& rule, const at::Tensor& logits,
                                    const at::Tensor& positions, const SamplerState& state) {
  static const DeviceKernels kernels(token_draw_kernel);
  const at::Device device = logits.device();
  if (!device.is_cuda() || logits.scalar_type() != at::kFloat || !kernels.ready(device)) return {};
  const at::Tensor rows = logits.contiguous(), places = positions.contiguous(),
                   keys = state.keys.contiguous();
  const std::int64_t n = rows.size(1), codebook = rows.size(2);
  const Draw draw{at::empty_like(places), at::empty(places.sizes(), rows.options()),
                  at::empty(places.sizes(), rows.options().dtype(at::kBool))};
  if (places.numel() == 0) return draw;
  const std::int64_t kept = rule.kept > 0 ? std::min(rule.kept, codebook) : codebook;
  kernels.launch(device, "raygen_draw_tokens", {places.numel(), 1, threads_for(codebook)}, rows,
                 keys, places, draw.tokens, draw.confidence, draw.finite, static_cast<unsigned>(n),
                 static_cast<unsigned>(codebook), static_cast<unsigned>(kept),
                 token_noise(state.step), static_cast<float>(rule.scale),
                 rule.score == DrawRule::Score::quotient ? 1 : 0,
                 rule.score == DrawRule::Score::logit ? 0 : 1, static_cast<float>(rule.least));
  return draw;
}

}  // namespace raygen::engine
