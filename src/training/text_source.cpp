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
  if (network_)
    return normalize_over_positions(network_->hidden(ids.to(device_), mask.to(device_)));
  const at::NoGradGuard no_grad;
  return normalize_over_positions(frozen_->encode(ids, mask)).to(device_);
}

at::Tensor TextSource::embed_averaged(const at::Tensor& ids, const at::Tensor& mask) const {
  if (!network_) return embed(ids, mask);
  const at::NoGradGuard no_grad;
  const Parameters averaged = parameters_.without_gradients(optimizer_->averages());
  const BertNetwork network(architecture_, averaged, /*checkpointing=*/false);
  return normalize_over_positions(network.hidden(ids.to(device_), mask.to(device_)));
}

TensorMap TextSource::weights() const {
  if (optimizer_) return parameters_.snapshot(optimizer_->averages());
  return file_->tensors();
}

at::Tensor FixedPrompts::embed(std::int64_t first, std::int64_t count) {
  std::vector<at::Tensor> ids;
  std::vector<std::int64_t> missing, lengths;
  for (std::int64_t prompt = first; prompt < first + count; ++prompt) {
    if (kept_.contains(prompt)) continue;
    missing.push_back(prompt);
    ids.push_back(prompts_.ids(prompt));
    lengths.push_back(prompts_.length(prompt));
  }
  at::Tensor made;
  if (!missing.empty())
    made = text_.embed_averaged(at::stack(ids), attention_mask(lengths, text_.length()));
  std::vector<at::Tensor> rows;
  for (std::int64_t prompt = first, next = 0; prompt < first + count; ++prompt) {
    const auto found = kept_.find(prompt);
    rows.push_back(found != kept_.end() ? found->second : made[next++]);
  }
  keep(missing, made);
  return at::stack(rows);
}

void FixedPrompts::keep(const std::vector<std::int64_t>& prompts, const at::Tensor& embeddings) {
  if (!text_.frozen()) return;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const at::Tensor row = embeddings[static_cast<std::int64_t>(i)];
    const auto bytes = static_cast<std::int64_t>(row.nbytes());
    if (bytes > budget_) return;
    budget_ -= bytes;
    kept_.emplace(prompts[i], row.clone());
  }
}

}  // namespace raygen::engine
