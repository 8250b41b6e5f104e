#include "training/text_source.hpp"

#include "bundle/bundle.hpp"
#include "small_training.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <utility>

using namespace raygen::engine;

namespace {

const std::string kWords = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nclear\nlungs\neffusion\n";

/// A BERT of two layers with random weights, as a stage hands it on.
TextPart small_bert(const std::filesystem::path& folder) {
  TextPart part;
  part.vocabulary = kWords;
  TextArchitecture& architecture = part.architecture;
  architecture.hidden = 8;
  architecture.layers = 2;
  architecture.heads = 2;
  architecture.head_dim = 4;
  architecture.intermediate = 16;
  architecture.length = architecture.positions = 6;
  architecture.vocabulary = 8;
  architecture.projection = 0;
  at::Generator generator = weight_generator(1);
  std::vector<std::pair<std::string, at::Tensor>> weights;
  for (auto& [name, tensor] : initial_weights(architecture.tensor_specs(), generator))
    weights.emplace_back(name, tensor);
  write_safetensors(folder / "text.safetensors", weights);
  part.weights = SafetensorsFile::open(folder / "text.safetensors", Limits{});
  return part;
}

TokenizedPrompts prompts_of(const TextSource& text) {
  std::vector<TokenizedText> prompts;
  for (const char* prompt : {"clear", "lungs clear", "effusion", "", "effusion lungs"})
    prompts.push_back(text.tokenizer().encode(prompt));
  return TokenizedPrompts(prompts);
}

at::Tensor embedded(const TextSource& text, const TokenizedPrompts& prompts, std::int64_t first,
                    std::int64_t count) {
  std::vector<at::Tensor> ids;
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = first; i < first + count; ++i) {
    ids.push_back(prompts.ids(i));
    lengths.push_back(prompts.length(i));
  }
  return text.embed_averaged(at::stack(ids), attention_mask(lengths, text.length()));
}

}  // namespace

TEST_CASE("a frozen encoder's embeddings are kept as far as the budget goes") {
  const TemporaryFolder folder;
  const TextSource text(small_bert(folder.path()), DecoderTrainingConfig{}, at::kCPU);
  constexpr std::int64_t one = 6 * 8 * 4;  // bytes of a prompt's embedding
  const auto [budget, kept] =
      GENERATE(std::pair{5 * one, 5}, std::pair{4 * one - 1, 3}, std::pair{std::int64_t{0}, 0});
  FixedPrompts prompts(text, prompts_of(text), budget);
  const at::Tensor all = embedded(text, prompts.prompts(), 0, 5);
  for (int look = 0; look < 2; ++look) {
    CHECK(at::equal(prompts.embed(1, 2), all.narrow(0, 1, 2)));
    CHECK(at::equal(prompts.embed(0, 4), all.narrow(0, 0, 4)));
    CHECK(at::equal(prompts.embed(4, 1), all.narrow(0, 4, 1)));
  }
  CHECK(prompts.kept() == kept);
}

TEST_CASE("embeddings of an encoder that learns follow its averaged weights") {
  const TemporaryFolder folder;
  DecoderTrainingConfig config;
  config.train_text_encoder = true;
  config.text_encoder_learning_rate = 0.1;
  config.loop.optimizer.warmup_steps = 0;
  config.loop.optimizer.ema_decay = 0.5;
  const TextPart part = small_bert(folder.path());
  TextSource text(part, config, at::kCPU);
  FixedPrompts prompts(text, prompts_of(text), 1 << 20);
  const at::Tensor before = prompts.embed(0, 5);
  text.embed(at::stack({prompts.prompts().ids(1)}), attention_mask({4}, text.length()))
      .select(2, 0)
      .sum()
      .backward();
  text.optimizer()->step(0);
  const at::Tensor after = prompts.embed(0, 5);
  CHECK_FALSE(at::allclose(before, after));
  CHECK_FALSE(after.requires_grad());
  CHECK(prompts.kept() == 0);

  DecoderTrainingConfig frozen;  // what a bundle would hold says the same
  std::vector<std::pair<std::string, at::Tensor>> weights;
  for (const auto& [name, tensor] : text.weights()) weights.emplace_back(name, tensor);
  write_safetensors(folder.path() / "averaged.safetensors", weights);
  TextPart averaged = part;
  averaged.weights = SafetensorsFile::open(folder.path() / "averaged.safetensors", Limits{});
  const TextSource reopened(averaged, frozen, at::kCPU);
  CHECK(at::allclose(after, embedded(reopened, prompts.prompts(), 0, 5), 1e-4, 1e-5));
}
