#include "text/text_encoder.hpp"

#include "error.hpp"
#include "text/bert.hpp"
#include "text/t5.hpp"
#include "text/transformer.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace raygen::engine {

namespace {

void check_inputs(const at::Tensor& ids, const at::Tensor& mask, std::int64_t vocabulary,
                  std::int64_t max_length) {
  if (ids.dim() != 2 || mask.sizes() != ids.sizes() || ids.numel() == 0) {
    fail(Status::invalid_argument,
         "token ids and attention mask must both be [batch,length] and not empty; they have {} and "
         "{} values",
         ids.numel(), mask.numel());
  }
  if (ids.scalar_type() != at::kLong || mask.scalar_type() != at::kLong || !ids.is_cpu() ||
      !mask.is_cpu()) {
    fail(Status::invalid_argument, "token ids and attention mask must be int64 on the CPU");
  }
  if (max_length > 0 && ids.size(1) > max_length) {
    fail(Status::invalid_argument, "{} tokens are more than the text encoder's {} positions",
         ids.size(1), max_length);
  }
  const auto lowest = ids.min().item<std::int64_t>(), highest = ids.max().item<std::int64_t>();
  if (lowest < 0 || highest >= vocabulary) {
    fail(Status::invalid_argument, "token id {} is outside the text encoder's vocabulary of {}",
         lowest < 0 ? lowest : highest, vocabulary);
  }
  if (!mask.any(1).all().item<bool>())
    fail(Status::invalid_argument, "an attention mask has no visible token");
}

VisibleKeys visible_keys(const at::Tensor& mask, at::Device device) {
  const at::Tensor visible = mask.ne(0);
  const std::int64_t length = mask.size(1);
  VisibleKeys keys;
  keys.count = (visible * at::arange(1, length + 1, at::kLong)).max().item<std::int64_t>();
  const at::Tensor cut = visible.narrow(1, 0, keys.count);
  if (!cut.all().item<bool>()) keys.mask = cut.unsqueeze(1).unsqueeze(1).to(device);
  return keys;
}

}  // namespace

at::Tensor TransformerTextEncoder::encode(const at::Tensor& input_ids,
                                          const at::Tensor& attention_mask) const {
  const at::NoGradGuard no_grad;
  check_inputs(input_ids, attention_mask, architecture_.vocabulary, max_length());
  if (!compute_.device.is_cpu() || input_ids.size(0) == 1) return run(input_ids, attention_mask);
  // One by one, so that a prompt's embedding does not depend on its neighbours, not even in the
  // last bit.
  at::Tensor result =
      at::empty({input_ids.size(0), input_ids.size(1), architecture_.hidden}, at::kFloat);
  for (std::int64_t i = 0; i < input_ids.size(0); ++i)
    result.narrow(0, i, 1).copy_(run(input_ids.narrow(0, i, 1), attention_mask.narrow(0, i, 1)));
  return result;
}

at::Tensor TransformerTextEncoder::run(const at::Tensor& input_ids,
                                       const at::Tensor& attention_mask) const {
  return forward(input_ids.to(compute_.device), visible_keys(attention_mask, compute_.device))
      .to(at::kFloat);
}

std::unique_ptr<TextEncoder> make_text_encoder(const TextArchitecture& architecture,
                                               const WeightSource& weights,
                                               const Compute& compute) {
  switch (architecture.encoder) {
    case TextEncoderKind::bert:
      return std::make_unique<Bert>(architecture, weights, compute);
    case TextEncoderKind::t5:
      return std::make_unique<T5>(architecture, weights, compute);
  }
  fail(Status::internal, "unknown text encoder kind {}", static_cast<int>(architecture.encoder));
}

at::Tensor normalize_over_positions(const at::Tensor& last_hidden_state) {
  const at::Tensor x = last_hidden_state.to(at::kFloat);
  return x / x.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
}

}  // namespace raygen::engine
