#include "training/text_source.hpp"

#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace raygen::engine {

TextSource::TextSource(const TextPart& part, const DecoderTrainingConfig& config, at::Device device)
    : device_(device),
      architecture_(part.architecture),
      file_(part.weights),
      tokenizer_(
          make_tokenizer(part.architecture, part.vocabulary, "the text encoder's vocabulary")),
      parameters_(device) {
  if (!config.train_text_encoder) {
    const Compute compute{device, at::kFloat};
    frozen_ = make_text_encoder(architecture_, WeightSource(file_, compute), compute);
    return;
  }
  if (architecture_.encoder != TextEncoderKind::bert || architecture_.activation != "gelu") {
    fail(Status::unsupported,
         "masked_decoder.train_text_encoder: only a BERT with the activation gelu can be "
         "fine-tuned; set it to false");
  }
  for (const auto& [name, entry] : file_->entries())
    parameters_.add(name, file_->tensor(name), !name.starts_with("cls_projection_head."));
  network_.emplace(architecture_, parameters_, config.loop.activation_checkpointing);
  OptimizerConfig optimizer = config.loop.optimizer;
  optimizer.learning_rate = config.text_encoder_learning_rate;
  optimizer_.emplace("text_encoder", parameters_, optimizer, config.loop.steps);
}

at::Tensor TextSource::embed(const at::Tensor& ids, const at::Tensor& mask) const {
  if (frozen_) {
    const at::NoGradGuard no_grad;
    return normalize_over_positions(frozen_->encode(ids, mask)).to(device_);
  }
  const at::Tensor hidden = network_->hidden(ids.to(device_), mask.to(device_)).to(at::kFloat);
  return hidden / hidden.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
}

at::Tensor TextSource::embed_averaged(const at::Tensor& ids, const at::Tensor& mask) const {
  const at::NoGradGuard no_grad;
  if (frozen_) return embed(ids, mask);
  Parameters averaged(device_);
  for (const auto& [name, tensor] : weights()) averaged.add(name, tensor, /*trained=*/false);
  const at::Tensor hidden = BertNetwork(architecture_, averaged, false)
                                .hidden(ids.to(device_), mask.to(device_))
                                .to(at::kFloat);
  return hidden / hidden.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
}

TensorMap TextSource::weights() const {
  if (optimizer_) return parameters_.snapshot(optimizer_->averages());
  return file_->tensors();
}

}  // namespace raygen::engine
