// Any bytes as what other people's code writes beside its weights: Hugging Face's config.json,
// tokenizer_config.json and vocab.txt, taming's project.yaml, Lightning's hparams.yaml. The first
// byte chooses; whatever they hold is refused with an Error or agrees with the weights.

#include "error.hpp"
#include "import/import_parts.hpp"
#include "scratch_folder.hpp"
#include "seeds.hpp"

#include "bundle/memory_file.hpp"

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

void read(Reader reader, std::string_view bytes) {
  static const ScratchFolder folder;
  const Limits limits{.max_file_bytes = 1 << 20, .max_memory_bytes = 1 << 24};
  ImportNotes notes;
  ImportSources sources;
  TextArchitecture text = text_architecture();
  if (reader == config_json || reader == tokenizer_config || reader == vocabulary) {
    folder.write("vocab.txt", reader == vocabulary ? bytes : kVocabulary);
    folder.write("tokenizer_config.json", reader == tokenizer_config ? bytes : "{}");
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
    default: {
      import_tokenizer(sources, text, limits, notes);
      for (const std::int64_t id : {text.pad_id, text.unk_id, text.cls_id, text.sep_id})
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
