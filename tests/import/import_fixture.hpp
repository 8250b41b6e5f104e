#pragma once

#include "bundle/fixture.hpp"
#include "import/import.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"

namespace raygen::engine {

/// A small model in the original's own files: a Lightning checkpoint, taming's checkpoint, a
/// Hugging Face folder.
struct OriginalModel {
  SmallArchitecture architecture = small_architecture();
  at::ScalarType type = at::kFloat;
  TemporaryFolder folder;
  ImportSources sources;
  TensorMap decoder, vqgan, text;
  std::string vocabulary;

  Bundle open() const { return open_bundle(out(), part_types(), {}, true); }

  fs::path out() const { return folder.path() / "model"; }

  void write() {
    decoder = random_tensors(architecture.decoder, type);
    vqgan = random_tensors(architecture.vqgan, type);
    text = random_tensors(architecture.text, type);
    sources.decoder = folder.path() / "raygen.ckpt";
    sources.vqgan = folder.path() / "vqgan.ckpt";
    sources.text_encoder = folder.path() / "cxr-bert";
    write_file(folder.path() / "hparams.yaml",
               "n_heads: " + std::to_string(architecture.decoder.heads) + "\n");
    write_decoder(decoder);
    TensorMap stored = vqgan;
    stored["loss.discriminator.main.0.weight"] = at::zeros({2, 3, 4, 4});
    write_file(
        sources.vqgan,
        checkpoint_bytes(stored, "state_dict",
                         {{"callbacks", pickle::call("posix", "system", {pickle::text("true")})}}));
    write_text_folder();
  }

  /// With the two norms of each layer that training stores and nothing applies.
  void write_decoder(const TensorMap& tensors) {
    TensorMap stored = prefixed(tensors, "model.");
    for (std::int64_t i = 0; i < architecture.decoder.layers; ++i) {
      for (const char* norm : {"layer_norm_1.weight", "layer_norm_2.bias"}) {
        stored["model.transformer.dec_layers." + std::to_string(i) + "." + norm] =
            at::zeros({architecture.decoder.hidden});
      }
    }
    write_file(sources.decoder, checkpoint_bytes(stored, "state_dict"));
  }

  std::string config() const {
    const TextArchitecture& bert = architecture.text;
    return "{\"model_type\": \"cxr-bert\", \"vocab_size\": " + std::to_string(bert.vocabulary) +
           ", \"hidden_size\": " + std::to_string(bert.hidden) +
           ", \"num_hidden_layers\": " + std::to_string(bert.layers) +
           ", \"num_attention_heads\": " + std::to_string(bert.heads) +
           ", \"intermediate_size\": " + std::to_string(bert.intermediate) +
           ", \"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-12, \"max_position_embeddings\": " +
           std::to_string(bert.positions) + ", \"type_vocab_size\": 2" +
           (bert.projection > 0 ? ", \"projection_size\": " + std::to_string(bert.projection)
                                : "") +
           "}";
  }

  void write_text_folder() {
    vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
    for (std::int64_t id = 5; id < architecture.text.vocabulary; ++id)
      vocabulary += "word" + std::to_string(id) + "\n";
    fs::create_directory(sources.text_encoder);
    write_file(sources.text_encoder / "config.json", config());
    write_file(sources.text_encoder / "tokenizer_config.json",
               R"({"do_lower_case": true, "strip_accents": null, "unk_token": "[UNK]"})");
    write_file(sources.text_encoder / "vocab.txt", vocabulary);
    TensorMap stored = text;
    stored["cls.predictions.bias"] = at::zeros({3});
    stored["bert.embeddings.position_ids"] = at::arange(architecture.text.positions).unsqueeze(0);
    write_file(sources.text_encoder / "pytorch_model.bin", checkpoint_bytes(stored, ""));
  }

  /// Returns the notes.
  std::string convert() const { return import_model(sources, out(), {}, true); }
  std::string convert_error() const {
    return error_of([&] { import_model(sources, out(), {}, true); });
  }
};

}  // namespace raygen::engine
