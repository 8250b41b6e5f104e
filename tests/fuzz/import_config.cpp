// Any bytes as what other people's code writes beside its weights: Hugging Face's config.json,
// tokenizer_config.json, vocab.txt, tokenizer.json, added_tokens.json and the index of shards,
// taming's project.yaml, Lightning's hparams.yaml; and a classifier's config as a user states it.
// The first byte chooses; whatever they hold is refused with an Error or agrees with the weights.

#include "error.hpp"
#include "import/import_parts.hpp"
#include "import/shard_index.hpp"
#include "scratch_folder.hpp"
#include "seeds.hpp"
#include "text/tokenizer.hpp"

#include "bundle/memory_file.hpp"
#include "classifier/small_classifier.hpp"

#include <ATen/ATen.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace raygen::engine;

namespace {

constexpr const char* kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nheart\n##s\n";
enum Reader : std::uint8_t {
  config_json,
  tokenizer_config,
  vocabulary,
  project_yaml,
  hparams,
  tokenizer_json,
  added_tokens,
  shard_index,
  classifier_config,
  readers
};

TextArchitecture text_architecture() {
  TextArchitecture text;
  text.vocabulary = 7;
  text.hidden = 64;
  text.layers = text.heads = 1;
  text.head_dim = 64;
  text.intermediate = 4;
  text.positions = 8;
  return text;
}

VqganArchitecture vqgan_architecture() {
  VqganArchitecture vqgan;
  vqgan.resolution = 16;
  vqgan.channels = 32;
  vqgan.channel_multipliers = {1, 2};
  vqgan.residual_blocks = 1;
  vqgan.encoder_attention = vqgan.decoder_attention = {false, true};
  vqgan.z_channels = vqgan.embedding = 4;
  vqgan.codebook = 8;
  return vqgan;
}

const TensorMap& bert_weights() {
  static const TensorMap weights = [] {
    TensorMap tensors;
    for (const TensorSpec& spec : text_architecture().tensor_specs())
      tensors[spec.name] = at::zeros(spec.shape);
    return tensors;
  }();
  return weights;
}

/// A file of a classifier's weights.
const std::filesystem::path& classifier_weights() {
  static const ScratchFolder folder;
  static const std::filesystem::path path = [] {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const TensorSpec& spec : small_dense_net().tensor_specs())
      tensors.emplace_back(spec.name, at::ones(spec.shape));
    write_safetensors(folder.path() / "classifier.safetensors", tensors);
    return folder.path() / "classifier.safetensors";
  }();
  return path;
}

void read(Reader reader, std::string_view bytes) {
  static const ScratchFolder folder;
  const Limits limits{.max_file_bytes = 1 << 20, .max_memory_bytes = 1 << 24};
  ImportNotes notes;
  ImportSources sources;
  TextArchitecture text = text_architecture();
  if (reader == tokenizer_json) {
    folder.write("tokenizer.json", bytes);
    folder.write("tokenizer_config.json",
                 bytes.size() % 2 == 0 ? "{}" : R"({"tokenizer_class": "TokenizersBackend"})");
    sources.vocabulary = folder.path() / "tokenizer.json";
  } else if (reader != project_yaml && reader != hparams && reader != shard_index &&
             reader != classifier_config) {
    folder.write("vocab.txt", reader == vocabulary ? bytes : kVocabulary);
    folder.write("tokenizer_config.json", reader == tokenizer_config ? bytes : "{}");
    folder.write("added_tokens.json", reader == added_tokens ? bytes : "{}");
    sources.vocabulary = folder.path() / "vocab.txt";
  }
  const MemoryFile file(bytes.data(), bytes.size());
  switch (reader) {
    case config_json: {
      sources.text_config = file.path();
      const ImportedText made = import_text(sources, bert_weights(), limits, notes);
      if (made.architecture.vocabulary != text.vocabulary || made.architecture.heads < 1)
        std::abort();
      break;
    }
    case project_yaml:
      check_vqgan_config(file.path(), vqgan_architecture(), limits, notes);
      break;
    case hparams:
      heads_from_file(file.path(), MaskedDecoderArchitecture{}, limits);
      break;
    case shard_index:
      for (const auto& [name, tensors] : read_shard_index(bytes, "fuzz"))
        if (name.empty() || name == ".." || name.find('/') != std::string::npos || tensors.empty())
          std::abort();
      break;
    case classifier_config: {
      sources.classifier = classifier_weights();
      sources.classifier_config = file.path();
      const ImportedClassifier made = import_classifier(sources, limits, notes);
      made.architecture.validate("fuzz");
      if (made.architecture.class_count() != small_dense_net().class_count()) std::abort();
      break;
    }
    default: {
      const std::string words = import_tokenizer(sources, text, limits, notes);
      for (const std::int64_t id : {text.pad_id, text.unk_id, text.sep_id})
        if (id < 0 || id >= text.vocabulary) std::abort();
      for (const AddedToken& token : text.added_tokens)
        if (token.id < 0 || token.id >= text.vocabulary) std::abort();
      const TokenizedText tokens = make_tokenizer(text, words, "fuzz")->encode("Hearts [MASK] <a>");
      for (const std::int32_t id : tokens.input_ids)
        if (id < 0 || id >= text.vocabulary) std::abort();
    }
  }
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const auto seed = [](Reader reader, const std::string& text) {
    return std::string(1, static_cast<char>(reader)) + text;
  };
  return {
      seed(config_json,
           R"({"model_type": "bert", "vocab_size": 7, "hidden_size": 64, "num_hidden_layers": 1,)"
           R"("num_attention_heads": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu"})"),
      seed(tokenizer_config,
           R"({"do_lower_case": true, "strip_accents": null, "pad_token": "[PAD]",)"
           R"("mask_token": {"content": "[MASK]"}})"),
      seed(vocabulary, kVocabulary),
      seed(project_yaml,
           "model:\n  target: taming.models.vqgan.VQModel\n  params:\n    embed_dim: 4\n"
           "    ddconfig: {ch: 32, ch_mult: [1, 2], attn_resolutions: [8], resolution: 16}\n"),
      seed(
          tokenizer_json,
          R"({"added_tokens": [{"id": 4, "content": "[MASK]", "normalized": false},)"
          R"({"id": 6, "content": "<a>", "normalized": true, "single_word": true}],)"
          R"("normalizer": {"type": "BertNormalizer", "clean_text": true, "lowercase": true},)"
          R"("pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing"},)"
          R"("model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",)"
          R"("vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "heart": 5}}})"),
      seed(tokenizer_json,
           R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip"},)"
           R"({"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAA="}]},)"
           R"("added_tokens": [{"id": 1, "content": "</s>", "special": true}],)"
           R"("model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false,)"
           R"("vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["▁heart", -1.5], ["s", -2]]}})"),
      seed(tokenizer_config,
           R"({"added_tokens_decoder": {"6": {"content": "<a>", "normalized": true}},)"
           R"("extra_special_tokens": ["heart"]})"),
      seed(added_tokens, R"({"<a>": 6, "[MASK]": 4})"),
      seed(shard_index, R"({"metadata": {}, "weight_map": {"a": "x-1.bin", "b": "x-2.bin"}})"),
      seed(
          classifier_config,
          R"({"classes": ["Edema", "", "Mass"], "thresholds": [0.25, null, 0.5], "calibrated": true,)"
          R"("resolution": 48, "resize": "short_side", "short_side": 64, "filter": "area",)"
          R"("scale": [1, 2, 3], "shift": [0, -0.5, 1e3]})"),
      seed(hparams, "a: &x {n_heads: 8}\ndecoder: *x\n"),
      seed(hparams, R"({"model": {"heads": 8, "n_layers": 0}})")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    read(static_cast<Reader>(data[0] % readers),
         {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const Error&) {
  }
  return 0;
}
