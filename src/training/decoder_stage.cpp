#include "training/decoder_stage.hpp"

#include "compute/scratch.hpp"
#include "error.hpp"
#include "noise/noise.hpp"
#include "noise/purpose.hpp"
#include "sampling/sampler.hpp"
#include "training/image_batch.hpp"
#include "training/precision.hpp"
#include "training/preview_sheet.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace raygen::engine {

namespace {

constexpr std::int64_t validation_text_bytes = 256 << 20;  // of embeddings that are kept

float uniform(std::uint64_t seed, std::uint64_t key, Purpose purpose) {
  float u = 0;
  uniform_noise(seed, key, static_cast<std::uint32_t>(purpose), 0, &u, 1);
  return u;
}

Parameters make_parameters(const TensorMap& weights, at::Device device) {
  Parameters parameters(device);
  for (const auto& [name, tensor] : weights) {
    parameters.add(
        name, tensor,
        !name.ends_with("projection_matrix"));  // Performer's random features stay as drawn
  }
  return parameters;
}

}  // namespace

MaskedDecoderArchitecture decoder_architecture(const DecoderTrainingConfig& config,
                                               const VqganArchitecture& vqgan,
                                               const TextArchitecture& text) {
  MaskedDecoderArchitecture architecture;
  architecture.attention = config.attention == "fast" ? AttentionKind::fast : AttentionKind::normal;
  architecture.tokens = vqgan.grid() * vqgan.grid();
  architecture.codebook = vqgan.codebook;
  architecture.hidden = config.hidden;
  architecture.intermediate = config.intermediate;
  architecture.layers = config.layers;
  architecture.heads = config.heads;
  architecture.text_hidden = text.hidden;
  architecture.text_projector = text.hidden != config.hidden;
  architecture.features = config.attention == "fast" ? config.features : 0;
  return architecture;
}

std::int64_t masked_count(const std::string& schedule, float u, std::int64_t tokens) {
  float ratio = 0;
  if (schedule == "arccos") {
    ratio = std::acos(u) * static_cast<float>(2 / std::numbers::pi);
  } else if (schedule == "cosine") {
    ratio = std::cos(u * static_cast<float>(std::numbers::pi) * 0.5f);
  } else {
    fail(Status::internal, "there is no mask schedule \"{}\"", schedule);
  }
  // The nearest whole number, the even one of two, however the thread rounds.
  const float count = ratio * static_cast<float>(tokens),
              nearest = count - std::remainder(count, 1.0f);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(nearest), 1, tokens);
}

DecoderStage::DecoderStage(const MaskedDecoderArchitecture& architecture, const TensorMap& weights,
                           at::Tensor tokens, TextSource& text, const VqganDecoder& picture,
                           const Surroundings& around)
    : around_(around),
      config_(around.config.masked_decoder),
      architecture_(architecture),
      tokens_(std::move(tokens)),
      text_(text),
      picture_(picture),
      mixed_(mixed_type(config_.loop, around.device)),
      parameters_(make_parameters(weights, around.device)),
      network_(architecture_, parameters_, config_.loop.activation_checkpointing),
      optimizer_("masked_decoder", parameters_, config_.loop.optimizer, config_.loop.steps),
      averaged_(parameters_.without_gradients(optimizer_.averages())),
      averaged_network_(architecture_, averaged_, /*checkpointing=*/false),
      train_(around.dataset.indices(split_of(around.config.data.train, "data.train"))),
      validation_(
          first_of(around.dataset, around.config.data.validation, config_.loop.validation_images)),
      train_prompts_(text.tokenizer(), around.dataset, train_),
      validation_prompts_(text, TokenizedPrompts(text.tokenizer(), around.dataset, validation_),
                          validation_text_bytes),
      order_(around.config.seed, train_prompts_.size()) {
  const TokenizedPrompts empty({text.tokenizer().encode("")});
  empty_prompt_ = empty.ids(0);
  empty_length_ = empty.length(0);
}

std::int64_t DecoderStage::masked_at(std::uint64_t key, std::uint64_t seed) const {
  return masked_count(config_.mask_schedule, uniform(seed, key, Purpose::mask_ratio),
                      architecture_.tokens);
}

DecoderStage::Batch DecoderStage::batch(const std::vector<std::size_t>& images,
                                        const std::vector<std::uint64_t>& keys,
                                        std::uint64_t seed) const {
  const std::int64_t tokens = architecture_.tokens;
  std::vector<at::Tensor> inputs;
  std::vector<std::int64_t> places, originals;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const at::Tensor row = tokens_[static_cast<std::int64_t>(images[i])].to(at::kLong);
    auto* token = row.mutable_data_ptr<std::int64_t>();
    for (const std::int32_t place :
         random_positions(seed, keys[i], static_cast<std::uint32_t>(Purpose::mask_positions),
                          masked_at(keys[i], seed), tokens)) {
      places.push_back(static_cast<std::int64_t>(i) * tokens + place);
      originals.push_back(token[place]);
      token[place] = architecture_.codebook;
    }
    inputs.push_back(row);
  }
  const auto on_device = [&](const std::vector<std::int64_t>& values) {
    return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).to(around_.device);
  };
  return {at::stack(inputs).to(around_.device), on_device(places), on_device(originals)};
}

at::Tensor DecoderStage::embed(const std::vector<std::int64_t>& which,
                               const std::vector<std::uint64_t>& keys) const {
  std::vector<at::Tensor> ids;
  std::vector<std::int64_t> lengths;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const bool dropped =
        config_.text_dropout > 0 && uniform(around_.config.seed, keys[i], Purpose::text_dropout) <
                                        static_cast<float>(config_.text_dropout);
    ids.push_back(dropped ? empty_prompt_ : train_prompts_.ids(which[i]));
    lengths.push_back(dropped ? empty_length_ : train_prompts_.length(which[i]));
  }
  return text_.embed(at::stack(ids), attention_mask(lengths, text_.length()));
}

Metrics DecoderStage::step(std::int64_t step) {
  const std::int64_t batch_size = config_.loop.batch_size;
  const std::uint64_t seed = around_.config.seed;
  std::int64_t masked =
      0;  // in all processes' parts: every masked token of the batch counts the same
  for (std::int64_t i = 0; i < batch_size; ++i)
    masked += masked_at(static_cast<std::uint64_t>(step * batch_size + i), seed);
  const at::Tensor sums = at::zeros({2}, at::TensorOptions(around_.device).dtype(at::kFloat));
  for (const Share& share : shares(step, batch_size, config_.loop.micro_batch,
                                   around_.processes.rank(), around_.processes.size())) {
    std::vector<std::int64_t> which;
    std::vector<std::size_t> images;
    std::vector<std::uint64_t> keys;
    for (std::int64_t i = 0; i < share.count; ++i) {
      keys.push_back(share.first + static_cast<std::uint64_t>(i));
      which.push_back(order_.at(keys.back()));
      images.push_back(train_[static_cast<std::size_t>(which.back())]);
    }
    const Batch chosen = batch(images, keys, seed);
    const MixedPrecision precision(around_.device.type(), mixed_);
    const at::Tensor hidden = network_.hidden(chosen.input, embed(which, keys), chosen.places);
    const at::Tensor logits = network_.head(hidden).to(at::kFloat);
    const at::Tensor loss = at::cross_entropy_loss(logits, chosen.originals, {}, at::Reduction::Sum,
                                                   -100, config_.label_smoothing) /
                            static_cast<double>(masked);
    loss.backward();
    const at::Tensor right =
        (logits.detach().argmax(1) == chosen.originals).sum() / static_cast<double>(masked);
    sums.add_(at::stack({loss.detach(), right.to(at::kFloat)}));
  }
  std::vector<at::Tensor> shared = optimizer_.gradients();
  Optimizer* text_optimizer = text_.optimizer();
  if (text_optimizer != nullptr) {
    for (at::Tensor& gradient : text_optimizer->gradients()) shared.push_back(gradient);
  }
  shared.push_back(sums);
  around_.processes.sum(shared);
  const double norm = optimizer_.step(step);
  if (text_optimizer != nullptr) text_optimizer->step(step);
  return {{"train/loss", sums[0].item<double>()},
          {"train/accuracy", sums[1].item<double>()},
          {"train/gradient_norm", norm},
          {"train/learning_rate", optimizer_.rate(step)}};
}

Metrics DecoderStage::validate() {
  const at::NoGradGuard no_grad;
  const MixedPrecision precision(around_.device.type(), mixed_);
  double loss = 0, right = 0;
  std::int64_t masked = 0;
  const auto count = static_cast<std::int64_t>(validation_.size());
  for (std::int64_t first = 0; first < count; first += validation_batch) {
    const std::int64_t together = std::min(validation_batch, count - first);
    std::vector<std::uint64_t> keys(static_cast<std::size_t>(together));
    std::iota(keys.begin(), keys.end(), static_cast<std::uint64_t>(first));
    const auto begin = validation_.begin() + first;
    const Batch chosen = batch({begin, begin + together}, keys, validation_seed);
    const at::Tensor hidden = averaged_network_.hidden(
        chosen.input, validation_prompts_.embed(first, together), chosen.places);
    const at::Tensor logits = averaged_network_.head(hidden).to(at::kFloat);
    loss += at::cross_entropy_loss(logits, chosen.originals, {}, at::Reduction::Sum).item<double>();
    right += (logits.argmax(1) == chosen.originals).sum().item<double>();
    masked += chosen.originals.numel();
  }
  return {{"validation/loss", loss / static_cast<double>(masked)},
          {"validation/accuracy", right / static_cast<double>(masked)}};
}

void DecoderStage::draw(const std::filesystem::path& png) {
  const at::NoGradGuard no_grad;
  constexpr std::int64_t most = 8;
  const std::int64_t count =
      std::min<std::int64_t>(most, static_cast<std::int64_t>(validation_.size()));
  at::Tensor text;
  {
    const MixedPrecision precision(around_.device.type(), mixed_);  // as the validation's
    text = validation_prompts_.embed(0, count);
  }
  std::vector<ImageKey> images;
  for (std::int64_t i = 0; i < count; ++i)
    images.push_back({/*seed=*/0, static_cast<std::uint64_t>(i)});

  SamplingOptions options;
  options.steps = 12;
  options.temperature = 1;
  options.top_k_threshold = 0.5;
  const std::int64_t side = std::llround(std::sqrt(static_cast<double>(architecture_.tokens)));
  Sampler sampler({side, side}, architecture_.codebook, images, options, {}, around_.device);
  const at::Tensor rows = at::arange(count, sampler.masked().options()).unsqueeze(1);
  while (!sampler.done()) {
    const at::Tensor places = (sampler.masked() + rows * architecture_.tokens).flatten();
    const at::Tensor logits =
        averaged_network_.head(averaged_network_.hidden(sampler.tokens(), text, places));
    sampler.step(logits.to(at::kFloat).view({count, -1, architecture_.codebook}));
  }
  sampler.check();
  // The reports' own images above, what the model makes of the reports below.
  Scratch scratch;
  std::vector<at::Tensor> pictures;
  const auto decode = [&](const at::Tensor& tokens) {
    const at::Tensor one = tokens.to(around_.device, at::kLong).unsqueeze(0);
    pictures.push_back(picture_.decode(one, scratch, nullptr)[0].clone().permute({2, 0, 1}));
  };
  for (std::int64_t i = 0; i < count; ++i)
    decode(tokens_[static_cast<std::int64_t>(validation_[static_cast<std::size_t>(i)])]);
  for (std::int64_t i = 0; i < count; ++i) decode(sampler.tokens()[i]);
  write_sample_sheet(png, at::stack(pictures), count);
}

void DecoderStage::validated(double loss) {
  optimizer_.validated(loss);
  if (text_.optimizer() != nullptr) text_.optimizer()->validated(loss);
}

TensorMap DecoderStage::kept() const {
  TensorMap kept = weights();
  if (text_.optimizer() == nullptr) return kept;
  for (const auto& [name, tensor] : text_.weights()) kept["text_encoder." + name] = tensor;
  return kept;
}

void DecoderStage::save(TrainingState& state) const {
  state.add("masked_decoder.weight.", parameters_.snapshot());
  optimizer_.save(state);
  if (text_.optimizer() == nullptr) return;
  state.add("text_encoder.weight.", text_.parameters().snapshot());
  text_.optimizer()->save(state);
}

void DecoderStage::load(const TrainingState& state) {
  parameters_.restore(state.with_prefix("masked_decoder.weight."));
  optimizer_.load(state);
  if (text_.optimizer() == nullptr) return;
  text_.parameters().restore(state.with_prefix("text_encoder.weight."));
  text_.optimizer()->load(state);
}

}  // namespace raygen::engine
