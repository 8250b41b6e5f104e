#include "training/text_stage.hpp"

#include "error.hpp"
#include "import/sentencepiece_pieces.hpp"
#include "noise/noise.hpp"
#include "noise/purpose.hpp"
#include "text/learn_vocabulary.hpp"
#include "training/image_batch.hpp"
#include "training/precision.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace raygen::engine {

namespace {

constexpr std::int64_t special_tokens = 2;  // around every prompt: [CLS] and [SEP]

Parameters make_parameters(const TextArchitecture& architecture, std::uint64_t seed,
                           at::Device device) {
  at::Generator generator = weight_generator(seed + 2);
  Parameters parameters(device);
  for (const auto& [name, tensor] : initial_bert_weights(architecture, generator))
    parameters.add(name, tensor);
  return parameters;
}

std::int64_t vocabulary_entries(TokenizerKind tokenizer, const std::string& vocabulary) {
  if (tokenizer == TokenizerKind::sentencepiece) {
    return static_cast<std::int64_t>(
        sentencepiece_pieces(vocabulary, "the learned vocabulary").size());
  }
  return std::count(vocabulary.begin(), vocabulary.end(), '\n');
}

}  // namespace

TextArchitecture text_architecture(const TextTrainingConfig& config,
                                   const std::string& vocabulary) {
  TextArchitecture architecture;
  architecture.tokenizer =
      config.tokenizer == "sentencepiece" ? TokenizerKind::sentencepiece : TokenizerKind::wordpiece;
  architecture.hidden = config.hidden;
  architecture.layers = config.layers;
  architecture.heads = config.heads;
  architecture.head_dim = config.hidden / config.heads;
  architecture.intermediate = config.intermediate;
  architecture.length = config.length;
  architecture.positions = config.length;
  architecture.vocabulary = vocabulary_entries(architecture.tokenizer, vocabulary);
  return architecture;
}

std::string learn_vocabulary(const TextTrainingConfig& config, const Dataset& dataset,
                             const std::vector<std::size_t>& indices) {
  std::vector<std::string> texts;
  for (const std::size_t index : indices) texts.push_back(dataset.record(index).text);
  const auto entries = static_cast<std::size_t>(config.vocabulary);
  return config.tokenizer == "sentencepiece" ? learn_sentencepiece(texts, entries)
                                             : learn_wordpiece(texts, entries, TextArchitecture{});
}

TextStage::TextStage(const TextArchitecture& architecture, const std::string& vocabulary,
                     const Surroundings& around)
    : around_(around),
      config_(around.config.text_encoder),
      architecture_(architecture),
      mixed_(mixed_type(config_.loop, around.device)),
      parameters_(make_parameters(architecture_, around.config.seed, around.device)),
      network_(architecture_, parameters_, config_.loop.activation_checkpointing),
      optimizer_("text_encoder", parameters_, config_.loop.optimizer, config_.loop.steps),
      averaged_(parameters_.without_gradients(optimizer_.averages())),
      averaged_network_(architecture_, averaged_, /*checkpointing=*/false),
      train_(*make_tokenizer(architecture_, vocabulary, "the learned vocabulary"), around.dataset,
             around.dataset.indices(split_of(around.config.data.train, "data.train"))),
      validation_(
          *make_tokenizer(architecture_, vocabulary, "the learned vocabulary"), around.dataset,
          first_of(around.dataset, around.config.data.validation, config_.loop.validation_images)),
      order_(around.config.seed, train_.size()) {}

std::int64_t TextStage::masked_words(std::int64_t length) const {
  const std::int64_t words = std::max<std::int64_t>(length - special_tokens, 0);
  if (words == 0) return 0;
  return std::max<std::int64_t>(std::llround(config_.mask_probability * static_cast<double>(words)),
                                1);
}

TextStage::Batch TextStage::batch(const TokenizedPrompts& prompts,
                                  const std::vector<std::int64_t>& chosen,
                                  const std::vector<std::uint64_t>& keys,
                                  std::uint64_t seed) const {
  const std::int64_t length = architecture_.length;
  std::vector<at::Tensor> rows;
  std::vector<std::int64_t> lengths, places, originals;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    at::Tensor ids = prompts.ids(chosen[i]).clone();
    auto* id = ids.mutable_data_ptr<std::int64_t>();
    const std::int64_t tokens = prompts.length(chosen[i]),
                       words = std::max<std::int64_t>(tokens - special_tokens, 0);
    // Three numbers a word: its place in the lottery, what becomes of it, and which random entry.
    std::vector<float> noise(static_cast<std::size_t>(3 * words));
    uniform_noise(seed, keys[i], static_cast<std::uint32_t>(Purpose::masked_words), 0, noise.data(),
                  noise.size());
    std::vector<std::int64_t> lottery(static_cast<std::size_t>(words));
    std::iota(lottery.begin(), lottery.end(), 0);
    std::stable_sort(lottery.begin(), lottery.end(), [&](std::int64_t a, std::int64_t b) {
      return noise[static_cast<std::size_t>(a)] < noise[static_cast<std::size_t>(b)];
    });
    for (std::int64_t j = 0; j < masked_words(tokens); ++j) {
      const std::int64_t word = lottery[static_cast<std::size_t>(j)], at = word + 1;  // after [CLS]
      places.push_back(static_cast<std::int64_t>(i) * length + at);
      originals.push_back(id[at]);
      const float fate = noise[static_cast<std::size_t>(words + word)],
                  which = noise[static_cast<std::size_t>(2 * words + word)];
      if (fate < 0.8f) {
        id[at] = architecture_.mask_id;
      } else if (fate < 0.9f) {
        id[at] = std::min(
            static_cast<std::int64_t>(which * static_cast<float>(architecture_.vocabulary)),
            architecture_.vocabulary - 1);
      }
    }
    rows.push_back(ids);
    lengths.push_back(tokens);
  }
  const auto device = around_.device;
  return {at::stack(rows).to(device), attention_mask(lengths, length).to(device),
          at::tensor(at::ArrayRef<std::int64_t>(places), at::kLong).to(device),
          at::tensor(at::ArrayRef<std::int64_t>(originals), at::kLong).to(device)};
}

at::Tensor TextStage::loss_sum(const BertNetwork& network, const Batch& batch) const {
  const MixedPrecision precision(around_.device.type(), mixed_);
  const at::Tensor hidden =
      network.hidden(batch.ids, batch.mask).flatten(0, 1).index_select(0, batch.places);
  return at::cross_entropy_loss(network.masked_language_head(hidden).to(at::kFloat),
                                batch.originals, {}, at::Reduction::Sum);
}

Metrics TextStage::step(std::int64_t step) {
  const std::int64_t batch_size = config_.loop.batch_size;
  std::int64_t words = 0;  // in all processes' parts
  for (std::int64_t i = 0; i < batch_size; ++i) {
    words +=
        masked_words(train_.length(order_.at(static_cast<std::uint64_t>(step * batch_size + i))));
  }
  if (words == 0)
    fail(Status::format, "{}: no report of the batch of step {} holds a word",
         around_.dataset.folder().string(), step + 1);
  const at::Tensor sum = at::zeros({1}, at::TensorOptions(around_.device).dtype(at::kFloat));
  for (const Share& share : shares(step, batch_size, config_.loop.micro_batch,
                                   around_.processes.rank(), around_.processes.size())) {
    std::vector<std::int64_t> chosen;
    std::vector<std::uint64_t> keys;
    for (std::int64_t i = 0; i < share.count; ++i) {
      keys.push_back(share.first + static_cast<std::uint64_t>(i));
      chosen.push_back(order_.at(keys.back()));
    }
    const at::Tensor loss = loss_sum(network_, batch(train_, chosen, keys, around_.config.seed)) /
                            static_cast<double>(words);
    loss.backward();
    sum.add_(loss.detach());
  }
  std::vector<at::Tensor> shared = optimizer_.gradients();
  shared.push_back(sum);
  around_.processes.sum(shared);
  const double norm = optimizer_.step(step);
  return {{"train/loss", sum.item<double>()},
          {"train/gradient_norm", norm},
          {"train/learning_rate", optimizer_.rate(step)}};
}

Metrics TextStage::validate() {
  constexpr std::int64_t together = 32;
  const at::NoGradGuard no_grad;
  double loss = 0, right = 0;
  std::int64_t words = 0;
  for (std::int64_t at = 0; at < validation_.size(); at += together) {
    std::vector<std::int64_t> chosen(
        static_cast<std::size_t>(std::min(together, validation_.size() - at)));
    std::iota(chosen.begin(), chosen.end(), at);
    const Batch masked =
        batch(validation_, chosen, {chosen.begin(), chosen.end()}, validation_seed);
    const at::Tensor hidden = averaged_network_.hidden(masked.ids, masked.mask)
                                  .flatten(0, 1)
                                  .index_select(0, masked.places);
    const at::Tensor logits = averaged_network_.masked_language_head(hidden);
    loss += at::cross_entropy_loss(logits, masked.originals, {}, at::Reduction::Sum).item<double>();
    right += (logits.argmax(1) == masked.originals).sum().item<double>();
    words += masked.originals.numel();
  }
  const double count = static_cast<double>(std::max<std::int64_t>(words, 1));
  return {{"validation/loss", loss / count}, {"validation/accuracy", right / count}};
}

TensorMap TextStage::weights() const {
  TensorMap weights = parameters_.snapshot(optimizer_.averages());
  for (const TensorSpec& spec : masked_language_head_specs(architecture_)) weights.erase(spec.name);
  return weights;
}

void TextStage::save(TrainingState& state) const {
  state.add("text_encoder.weight.", parameters_.snapshot());
  optimizer_.save(state);
}

void TextStage::load(const TrainingState& state) {
  parameters_.restore(state.with_prefix("text_encoder.weight."));
  optimizer_.load(state);
}

}  // namespace raygen::engine
