#include "import/import_parts.hpp"
#include "import/names.hpp"
#include "import/source_file.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kOriginalLength = 256;
constexpr std::int64_t kUsualHeadDim = 64;

/// config.json of Hugging Face's transformers: what the weights do not store, and a check of what
/// they do. May be absent.
class TextConfig {
 public:
  TextConfig(const fs::path& path, const Limits& limits) {
    if (path.empty()) return;
    where_ = path.string();
    json_ = parse_json(read_config(path, limits), where_);
    JsonObject(json_, "", where_);
  }

  bool given() const { return !where_.empty(); }
  const std::string& where() const { return where_; }
  std::optional<std::int64_t> integer(const char* key) const {
    return has(key) ? std::optional(object().integer(key)) : std::nullopt;
  }
  double number(const char* key, double otherwise) const {
    return has(key) ? object().number(key) : otherwise;
  }
  std::string string(const char* key, const std::string& otherwise) const {
    return has(key) ? object().string(key) : otherwise;
  }

  void agree(const char* key, std::int64_t weights) const {
    const std::optional<std::int64_t> stated = integer(key);
    if (stated && *stated != weights)
      fail(Status::format, "{}: {} is {}, the weights say {}", where_, key, *stated, weights);
  }

 private:
  bool has(const char* key) const {
    return given() && json_.contains(key) && !json_[key].is_null();
  }
  JsonObject object() const { return {json_, "", where_}; }

  Json json_;
  std::string where_;
};

/// Tensors that every BERT, and every T5, has.
constexpr const char* kBertAnchor = "embeddings.word_embeddings.weight";
constexpr const char* kT5Anchor = "encoder.block.0.layer.0.SelfAttention.q.weight";

/// What stands before all names of a text encoder inside something larger, "text_encoder.".
std::string outer_prefix(const TensorMap& tensors, const std::string& where) {
  constexpr std::string_view bert = "bert.";
  std::optional<std::string> prefix = prefix_of(tensors, kBertAnchor, where);
  if (!prefix) return prefix_of(tensors, kT5Anchor, where).value_or("");
  if (*prefix == bert || prefix->ends_with(".bert.")) prefix->resize(prefix->size() - bert.size());
  return *prefix;
}

/// Names as in the original: without the prefix of a larger model, with "bert." where a bare
/// BertModel was saved, today's LayerNorm names.
TensorMap canonical_names(const TensorMap& tensors, const std::string& where) {
  TensorMap canonical;
  const TensorMap plain = without_wrappers(tensors, where);
  const std::string outer = outer_prefix(plain, where);
  for (const auto& [stored, tensor] : plain) {
    std::string name = stored.starts_with(outer) ? stored.substr(outer.size()) : stored;
    if (name.starts_with("embeddings.") || name.starts_with("encoder.layer.") ||
        name.starts_with("pooler."))
      name = "bert." + name;
    if (name.ends_with("LayerNorm.gamma")) name.replace(name.size() - 5, 5, "weight");
    if (name.ends_with("LayerNorm.beta")) name.replace(name.size() - 4, 4, "bias");
    if (!canonical.emplace(name, tensor).second)
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(name));
  }
  if (canonical.count("shared.weight") ==
      0) {  // T5EncoderModel may keep the table under the encoder's name alone
    auto table = canonical.extract("encoder.embed_tokens.weight");
    if (!table.empty()) {
      table.key() = "shared.weight";
      canonical.insert(std::move(table));
    }
  }
  return canonical;
}

/// Without the tensors that the caller wants to be left out.
TensorMap without_ignored(const TensorMap& tensors, const std::vector<std::string>& ignore,
                          const std::string& where, ImportNotes& notes) {
  TensorMap wanted;
  for (const auto& [name, tensor] : tensors) {
    const auto prefix =
        std::find_if(ignore.begin(), ignore.end(),
                     [&key = name](const std::string& start) { return key.starts_with(start); });
    if (prefix == ignore.end())
      wanted.emplace(name, tensor);
    else
      notes.left_out(file_name_of(where), *prefix, "as --ignore asks", false);
  }
  return wanted;
}

TextArchitecture infer_bert(const WeightTable& weights, const TextConfig& config,
                            ImportNotes& notes) {
  TextArchitecture text;
  const std::string embeddings = "bert.embeddings.", layer = "bert.encoder.layer.";
  text.encoder = TextEncoderKind::bert;
  text.vocabulary = weights.extent(embeddings + "word_embeddings.weight", 2, 0);
  text.hidden = weights.extent(embeddings + "word_embeddings.weight", 2, 1);
  text.positions = weights.extent(embeddings + "position_embeddings.weight", 2, 0);
  text.token_types = weights.extent(embeddings + "token_type_embeddings.weight", 2, 0);
  text.layers = weights.count(layer);
  text.intermediate = weights.extent(layer + "0.intermediate.dense.weight", 2, 0);
  const std::string projection = "cls_projection_head.dense_to_hidden.weight";
  if (weights.contains(projection)) text.projection = weights.extent(projection, 2, 0);
  text.length = std::min(kOriginalLength, text.positions);

  text.layer_norm_epsilon = config.number("layer_norm_eps", text.layer_norm_epsilon);
  text.activation = config.string("hidden_act", text.activation);
  if (const std::string kind = config.string("position_embedding_type", "absolute");
      kind != "absolute") {
    fail(Status::unsupported, "{}: position_embedding_type is {}, only 'absolute' is known",
         config.where(), in_quotes(kind));
  }
  config.agree("vocab_size", text.vocabulary);
  config.agree("hidden_size", text.hidden);
  config.agree("num_hidden_layers", text.layers);
  config.agree("intermediate_size", text.intermediate);
  config.agree("max_position_embeddings", text.positions);
  config.agree("type_vocab_size", text.token_types);
  if (text.projection > 0) config.agree("projection_size", text.projection);
  if (text.projection == 0 && config.integer("projection_size")) {
    notes.add("{}: the contrastive projection that {} speaks of is not there.",
              file_name_of(weights.where()), file_name_of(config.where()));
  }

  if (const auto heads = config.integer("num_attention_heads")) {
    text.heads = *heads;
  } else if (text.hidden % kUsualHeadDim == 0) {
    text.heads = text.hidden / kUsualHeadDim;
    notes.add(
        "The text encoder's number of heads is stated nowhere: {} was assumed, {} channels each.",
        text.heads, kUsualHeadDim);
  } else {
    fail(Status::format,
         "{}: the number of attention heads is not in the weights, and {} channels are no multiple "
         "of {}: config.json is needed",
         weights.where(), text.hidden, kUsualHeadDim);
  }
  if (text.heads < 1 || text.hidden % text.heads != 0) {
    fail(Status::format, "{}: num_attention_heads is {}, which does not divide hidden_size {}",
         config.where(), text.heads, text.hidden);
  }
  text.head_dim = text.hidden / text.heads;
  return text;
}

TextArchitecture infer_t5(const WeightTable& weights, const TextConfig& config) {
  TextArchitecture text;
  const std::string first = "encoder.block.0.layer.";
  const std::string table = first + "0.SelfAttention.relative_attention_bias.weight";
  text.encoder = TextEncoderKind::t5;
  text.vocabulary = weights.extent("shared.weight", 2, 0);
  text.hidden = weights.extent("shared.weight", 2, 1);
  text.layers = weights.count("encoder.block.");
  text.relative_buckets = weights.extent(table, 2, 0);
  text.heads = weights.extent(table, 2, 1);
  const std::int64_t inner = weights.extent(first + "0.SelfAttention.q.weight", 2, 0);
  if (text.heads < 1 || inner % text.heads != 0) {
    fail(Status::format, "{}: {} query channels over {} heads", weights.where(), inner, text.heads);
  }
  text.head_dim = inner / text.heads;
  text.intermediate = weights.extent(first + "1.DenseReluDense.wo.weight", 2, 1);
  text.length = kOriginalLength;

  const bool gated = weights.contains(first + "1.DenseReluDense.wi_0.weight");
  text.layer_norm_epsilon = config.number("layer_norm_epsilon", 1e-6);
  text.activation = config.string("feed_forward_proj", gated ? "gated-gelu" : "relu");
  if (text.activation.starts_with("gated-") != gated) {
    fail(Status::format, "{}: feed_forward_proj is {}, the weights have {}", config.where(),
         in_quotes(text.activation), gated ? "a gate (wi_0, wi_1)" : "no gate (wi)");
  }
  text.relative_max_distance =
      config.integer("relative_attention_max_distance").value_or(text.relative_max_distance);
  config.agree("vocab_size", text.vocabulary);
  config.agree("d_model", text.hidden);
  config.agree("d_ff", text.intermediate);
  config.agree("d_kv", text.head_dim);
  config.agree("num_layers", text.layers);
  config.agree("num_heads", text.heads);
  config.agree("relative_attention_num_buckets", text.relative_buckets);
  return text;
}

TextArchitecture infer(const WeightTable& weights, const TextConfig& config, ImportNotes& notes) {
  const bool t5 = weights.contains("shared.weight");
  const std::string type = config.string("model_type", t5 ? "t5" : "bert");
  const std::array<std::string_view, 4> known = {"bert", "cxr-bert", "t5", "mt5"};
  if (std::find(known.begin(), known.end(), type) == known.end()) {
    fail(Status::unsupported, "{}: model_type is {}, known are bert, cxr-bert, t5 and mt5",
         config.where(), in_quotes(type));
  }
  if (type.ends_with("t5") != t5) {
    fail(Status::format, "{}: model_type is {}, the weights are those of {}", config.where(),
         in_quotes(type), t5 ? "a T5" : "no T5");
  }
  return t5 ? infer_t5(weights, config) : infer_bert(weights, config, notes);
}

constexpr std::array<const char*, 4> kWeightFiles = {
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json"};

fs::path find_weights(const fs::path& folder) {
  for (const char* name : kWeightFiles) {
    if (is_file(folder / name)) return folder / name;
  }
  return {};
}

/// Why a folder has no weights, as far as that shows.
[[noreturn]] void fail_no_weights(const fs::path& folder) {
  constexpr int most = 10000;
  std::string seen;
  std::error_code error;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (++files > most) break;
    const std::string name = entry.path().filename().string();
    for (const char* ending : {".incomplete", ".part", ".crdownload", ".aria2"}) {
      if (name.ends_with(ending))
        seen = formatted("; {} is an unfinished download", in_quotes(name));
    }
    for (const char* other : {"tf_model.h5", "flax_model.msgpack", "model.onnx"}) {
      if (name == other && seen.empty())
        seen = formatted("; {} is of another framework, which is not read", in_quotes(name));
    }
  }
  fail(Status::io,
       "{} has neither model.safetensors nor pytorch_model.bin, nor an index of either{}",
       folder.string(), seen);
}

fs::path find_config(const ImportSources& sources) {
  if (!sources.text_config.empty()) return sources.text_config;
  if (sources.text_encoder.empty()) return {};
  const fs::path path = sources.text_encoder / "config.json";
  if (!is_file(path)) fail(Status::io, "{} has no config.json", sources.text_encoder.string());
  return path;
}

/// An encoder inside a checkpoint has lost its config: one that lies near the files and speaks of
/// the same sizes is taken for it.
TextConfig config_near(const ImportSources& sources, const WeightTable& weights,
                       const Limits& limits, ImportNotes& notes) {
  const std::string table = "bert.embeddings.word_embeddings.weight";
  if (!weights.contains(table)) return {{}, limits};
  const fs::path beside = sources.decoder.parent_path();
  for (const fs::path& folder :
       {beside / "cxr-bert", beside / "text_encoder", sources.vocabulary.parent_path()}) {
    const fs::path path = folder / "config.json";
    if (!is_file(path)) continue;
    TextConfig config(path, limits);
    const bool same = config.integer("hidden_size") == weights.extent(table, 2, 1) &&
                      config.integer("vocab_size") == weights.extent(table, 2, 0) &&
                      config.integer("num_hidden_layers") == weights.count("bert.encoder.layer.");
    if (!same) continue;
    notes.add("The text encoder's config was taken from {}, whose sizes agree.",
              (path.parent_path().filename() / path.filename()).string());
    return config;
  }
  return {{}, limits};
}

void compare(const TensorMap& embedded, const TensorMap& tensors, ImportNotes& notes) {
  for (const auto& [name, tensor] : tensors) {
    const auto other = embedded.find(name);
    if (other == embedded.end() || other->second.sizes() != tensor.sizes() ||
        !other->second.to(at::kFloat).equal(tensor.to(at::kFloat))) {
      notes.add(
          "The decoder's checkpoint holds another text encoder ({} differs): the folder's was "
          "taken.",
          in_quotes(name));
      return;
    }
  }
}

}  // namespace

ImportedText import_text(const ImportSources& sources, const TensorMap& embedded,
                         const Limits& limits, ImportNotes& notes) {
  fs::path path;
  if (!sources.text_encoder.empty()) {
    std::error_code error;
    if (!fs::is_directory(sources.text_encoder, error))
      fail(Status::io, "{} is not a folder", sources.text_encoder.string());
    path = find_weights(sources.text_encoder);
    if (path.empty() && embedded.empty()) fail_no_weights(sources.text_encoder);
  } else if (embedded.empty()) {
    fail(Status::invalid_argument,
         "{}: no text encoder inside the checkpoint, its folder is needed",
         sources.decoder.string());
  }

  const bool inside = path.empty();
  const std::string where = inside ? sources.decoder.string() + " (tokenizer)" : path.string();
  TensorMap tensors;
  if (inside) {
    tensors = embedded;
    notes.took("The text encoder: {} tensors of the decoder's checkpoint.", tensors.size());
  } else {
    Checkpoint checkpoint = read_checkpoint(path, limits, sources.ignore);
    note_taken(checkpoint, "text encoder", notes);
    tensors = without_ignored(checkpoint.tensors, sources.ignore, where, notes);
  }
  const WeightTable weights(
      without_ignored(canonical_names(tensors, where), sources.ignore, where, notes), where);
  const fs::path stated = find_config(sources);
  const TextConfig config =
      stated.empty() ? config_near(sources, weights, limits, notes) : TextConfig(stated, limits);
  ImportedText imported;
  imported.architecture = infer(weights, config, notes);
  imported.vocabulary = import_tokenizer(sources, imported.architecture, limits, notes);

  // Heads of pretraining and of tasks, and T5's decoder, which an encoder has no use for.
  const bool bert = imported.architecture.encoder == TextEncoderKind::bert;
  const std::vector<std::string> unused =
      bert ? std::vector<std::string>{"bert.embeddings.position_ids",
                                      "bert.embeddings.token_type_ids",
                                      "bert.pooler.",
                                      "cls.",
                                      "classifier.",
                                      "qa_outputs."}
           : std::vector<std::string>{"encoder.embed_tokens.weight", "decoder.",    "lm_head.",
                                      "classification_head.",        "classifier.", "qa_outputs."};
  imported.tensors = weights.select(imported.architecture.tensor_specs(), unused, notes);
  if (!inside && !embedded.empty())
    compare(canonical_names(embedded, sources.decoder.string()), imported.tensors, notes);
  return imported;
}

}  // namespace raygen::engine
