#include "bundle/bundle.hpp"
#include "import/sentencepiece_pieces.hpp"
#include "import_fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A SentencePiece model that holds nothing but pieces.
std::string sentencepiece_model(const std::vector<std::string>& pieces) {
  std::string model;
  for (const std::string& piece : pieces) {
    const std::string message = "\x0a" + little_endian(piece.size(), 1) + piece + "\x18\x01";
    model += "\x0a" + little_endian(message.size(), 1) + message;
  }
  return model;
}

}  // namespace

TEST_CASE("a text encoder inside the decoder's checkpoint", "[import]") {
  OriginalModel model;
  model.write();
  TensorMap all = model.decoder;
  for (const auto& [name, tensor] : model.text) all["tokenizer." + name] = tensor;
  model.write_decoder(all);
  SECTION("the folder's is the same") { CHECK(model.convert().empty()); }
  SECTION("the folder's is another") {
    model.text["bert.embeddings.word_embeddings.weight"] += 1;
    model.write_text_folder();
    CHECK_THAT(model.convert(), Contains("'bert.embeddings.word_embeddings.weight' differs"));
  }
  SECTION("a vocabulary and a config are enough") {
    model.sources.vocabulary = model.folder.path() / "words";
    fs::rename(model.sources.text_encoder / "vocab.txt", model.sources.vocabulary);
    model.sources.text_config = model.folder.path() / "text.json";
    fs::rename(model.sources.text_encoder / "config.json", model.sources.text_config);
    fs::remove_all(model.sources.text_encoder);
    model.sources.text_encoder.clear();
    CHECK(model.convert().empty());
  }
  SECTION("a config that lies near and fits is taken, and said") {
    model.sources.vocabulary = model.sources.text_encoder / "vocab.txt";
    model.sources.text_encoder.clear();
    CHECK_THAT(model.convert(), Contains("config was taken from"));
  }
  SECTION("without a config, heads of 16 channels cannot be guessed") {
    model.sources.vocabulary = model.sources.text_encoder / "vocab.txt";
    fs::remove(model.sources.text_encoder / "config.json");
    model.sources.text_encoder.clear();
    CHECK_THAT(model.convert_error(), Contains("config.json is needed"));
    return;
  }
  SECTION("without a vocabulary") {
    model.sources.text_encoder.clear();
    CHECK_THAT(model.convert_error(), StartsWith("invalid_argument: ") && Contains("vocabulary"));
    return;
  }
  const Bundle bundle = model.open();
  CHECK(bundle.architecture<TextArchitecture>().heads == 4);
  for (const auto& [name, tensor] : model.text)
    CHECK(same(bundle.part("text_encoder").weights->tensor(name), tensor));
}

TEST_CASE("a text encoder is needed from somewhere", "[import]") {
  OriginalModel model;
  model.write();
  SECTION("not given") {
    model.sources.text_encoder.clear();
    CHECK_THAT(model.convert_error(),
               StartsWith("invalid_argument: ") && Contains("no text encoder"));
  }
  SECTION("no weights") {
    fs::remove(model.sources.text_encoder / "pytorch_model.bin");
    CHECK_THAT(model.convert_error(),
               StartsWith("io: ") && Contains("neither model.safetensors nor pytorch_model.bin"));
  }
  SECTION("no vocabulary") {
    fs::remove(model.sources.text_encoder / "vocab.txt");
    CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("no vocabulary"));
  }
  SECTION("no config") {
    fs::remove(model.sources.text_encoder / "config.json");
    CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("no config.json"));
  }
  SECTION("no folder") {
    model.sources.text_encoder = model.folder.path() / "absent";
    CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("absent"));
  }
}

TEST_CASE("names as other models store them", "[import]") {
  OriginalModel model;
  model.architecture.text.projection = 0;
  model.write();
  TensorMap stored;
  SECTION("a bare BertModel") {
    for (const auto& [name, tensor] : model.text) stored[name.substr(5)] = tensor;
    stored["pooler.dense.weight"] = at::zeros({16, 16});
  }
  SECTION("a part of something larger") { stored = prefixed(model.text, "text_encoder."); }
  SECTION("old names of LayerNorm") {
    for (const auto& [today, tensor] : model.text) {
      std::string name = today;
      if (name.ends_with("LayerNorm.weight")) name = name.substr(0, name.size() - 6) + "gamma";
      if (name.ends_with("LayerNorm.bias")) name = name.substr(0, name.size() - 4) + "beta";
      stored[name] = tensor;
    }
  }
  fs::remove(model.sources.text_encoder / "pytorch_model.bin");
  write_safetensors(model.sources.text_encoder / "model.safetensors",
                    {stored.begin(), stored.end()});
  CHECK(model.convert().empty());
  const Bundle bundle = model.open();
  for (const auto& [name, tensor] : model.text)
    CHECK(same(bundle.part("text_encoder").weights->tensor(name), tensor));
}

TEST_CASE("a config that disagrees with the text encoder's weights is refused", "[import]") {
  OriginalModel model;
  model.write();
  const auto error = [&](const std::string& from, const std::string& to) {
    write_file(model.sources.text_encoder / "config.json", replaced(model.config(), from, to));
    return model.convert_error();
  };
  CHECK_THAT(error("\"hidden_size\": 16", "\"hidden_size\": 32"),
             StartsWith("format: ") && Contains("hidden_size is 32, the weights say 16"));
  CHECK_THAT(error("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"),
             Contains("num_hidden_layers is 3"));
  CHECK_THAT(error("\"num_attention_heads\": 4", "\"num_attention_heads\": 5"),
             Contains("num_attention_heads is 5"));
  CHECK_THAT(error("\"projection_size\": 8", "\"projection_size\": 9"),
             Contains("projection_size is 9"));
  CHECK_THAT(error("cxr-bert", "gpt2"), StartsWith("unsupported: ") && Contains("'gpt2'"));
  CHECK_THAT(error("cxr-bert", "t5"), Contains("no T5"));
  CHECK_THAT(error("\"gelu\"", "\"tanh\""), Contains("'tanh'"));
  CHECK_THAT(
      error("{\"model_type\"", "{\"position_embedding_type\": \"relative_key\", \"model_type\""),
      StartsWith("unsupported: ") && Contains("relative_key"));
  CHECK_THAT(error("\"hidden_size\": 16", "\"hidden_size\": \"16\""),
             Contains("integer was expected"));
  CHECK_THAT(error("{", "["), Contains("invalid JSON"));
  CHECK_FALSE(fs::exists(model.out()));
}

TEST_CASE("vocabularies and special tokens", "[import]") {
  OriginalModel model;
  model.write();
  const fs::path vocabulary = model.sources.text_encoder / "vocab.txt",
                 config = model.sources.text_encoder / "tokenizer_config.json";
  const auto text = [&] { return model.open().architecture<TextArchitecture>(); };
  SECTION("more entries than the encoder has") {
    write_file(vocabulary, model.vocabulary + "more\n");
    CHECK_THAT(model.convert_error(),
               StartsWith("format: ") && Contains("121 entries, the text encoder has 120"));
  }
  SECTION("fewer") {
    write_file(vocabulary, replaced(model.vocabulary, "word119\n", ""));
    CHECK_THAT(model.convert(), Contains("119 entries, fewer than the text encoder's 120"));
  }
  SECTION("empty") {
    write_file(vocabulary, "");
    CHECK_THAT(model.convert_error(), Contains("empty"));
  }
  SECTION("no [CLS]") {
    write_file(vocabulary, replaced(model.vocabulary, "[CLS]", "other"));
    CHECK_THAT(model.convert_error(), Contains("no '[CLS]'"));
  }
  SECTION("ids where the vocabulary has them") {
    write_file(vocabulary, "[CLS]\n[PAD]\nword\n[MASK]\n[UNK]\n[SEP]\n" +
                               model.vocabulary.substr(model.vocabulary.find("word6")));
    model.convert();
    CHECK(text().cls_id == 0);
    CHECK(text().pad_id == 1);
    CHECK(text().mask_id == 3);
    CHECK(text().unk_id == 4);
    CHECK(text().sep_id == 5);
  }
  SECTION("other names") {
    write_file(
        config,
        R"({"pad_token": "word7", "cls_token": {"content": "word8", "lstrip": false}, "do_lower_case": false, "tokenize_chinese_chars": false})");
    model.convert();
    CHECK(text().pad_id == 7);
    CHECK(text().cls_id == 8);
    CHECK_FALSE(text().lower_case);
    CHECK_FALSE(text().strip_accents);  // follows the case when not said
    CHECK_FALSE(text().split_cjk);
  }
  SECTION("a broken config") {
    write_file(config, R"({"do_lower_case": "yes"})");
    CHECK_THAT(model.convert_error(),
               Contains("tokenizer_config.json") && Contains("do_lower_case"));
  }
}

TEST_CASE("a T5 encoder with SentencePiece", "[import]") {
  OriginalModel model;
  model.architecture.text.encoder = TextEncoderKind::t5;
  model.architecture.text.tokenizer = TokenizerKind::sentencepiece;
  model.architecture.text.projection = 0;
  model.architecture.text.head_dim = 3;
  model.architecture.text.length = 256;
  model.architecture.text.relative_buckets = 8;
  model.architecture.text.activation = GENERATE("relu", "gated-gelu");
  model.write();
  const fs::path folder = model.sources.text_encoder;
  fs::remove(folder / "vocab.txt");
  fs::remove(folder / "tokenizer_config.json");
  std::vector<std::string> pieces = {"<pad>", "</s>", "<unk>"};
  while (pieces.size() < 120) pieces.push_back("piece" + std::to_string(pieces.size()));
  write_file(folder / "spiece.model", sentencepiece_model(pieces));
  TensorMap stored = model.text;
  stored["encoder.embed_tokens.weight"] = stored.at("shared.weight");
  stored["decoder.block.0.layer.0.layer_norm.weight"] = stored["lm_head.weight"] = at::zeros({1});
  write_file(folder / "pytorch_model.bin", checkpoint_bytes(stored, ""));
  const std::string config =
      R"({"model_type": "t5", "d_model": 16, "d_kv": 3, "num_heads": 4, "layer_norm_epsilon": 1e-6, "feed_forward_proj": ")" +
      model.architecture.text.activation + "\"}";
  write_file(folder / "config.json", config);
  CHECK(model.convert().empty());
  const Bundle bundle = model.open();
  CHECK(bundle.architecture<TextArchitecture>().head_dim == 3);
  CHECK(bundle.architecture<TextArchitecture>().heads == 4);
  CHECK(bundle.architecture<TextArchitecture>().pad_id == 0);
  CHECK(bundle.architecture<TextArchitecture>().sep_id == 1);
  CHECK(bundle.architecture<TextArchitecture>().unk_id == 2);
  CHECK(bundle.architecture<TextArchitecture>().cls_id == -1);
  CHECK(bundle.architecture<TextArchitecture>().layer_norm_epsilon == 1e-6);
  CHECK(fs::exists(model.out() / "tokenizer.model"));
  for (const auto& [name, tensor] : model.text)
    CHECK(same(bundle.part("text_encoder").weights->tensor(name), tensor));

  write_file(folder / "config.json", replaced(config, "\"d_kv\": 3", "\"d_kv\": 4"));
  CHECK_THAT(model.convert_error(), Contains("d_kv is 4, the weights say 3"));
  write_file(folder / "spiece.model", "not a model");
  write_file(folder / "config.json", config);
  CHECK_THAT(model.convert_error(), StartsWith("format: ") && Contains("spiece.model"));
}

TEST_CASE("a SentencePiece model cut anywhere has fewer pieces or is an error", "[import]") {
  const std::string model = sentencepiece_model({"<unk>", "a", "b"});
  CHECK(sentencepiece_pieces(model, "here") == std::vector<std::string>{"<unk>", "a", "b"});
  for (std::size_t size = 0; size < model.size(); ++size) {
    std::size_t pieces = 0;
    const std::string error =
        error_of([&] { pieces = sentencepiece_pieces(model.substr(0, size), "here").size(); });
    CHECK(pieces < 3);
    CHECK((error.empty() || error.starts_with("format: here: ")));
  }
}
