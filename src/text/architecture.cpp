#include "text/architecture.hpp"

#include "bundle/architecture_json.hpp"
#include "bundle/size_rules.hpp"
#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::engine {

template <>
struct Names<TextEncoderKind> {
  static constexpr const char* values[] = {"bert", "t5"};
};
template <>
struct Names<TokenizerKind> {
  static constexpr const char* values[] = {"wordpiece", "sentencepiece"};
};

namespace {

template <typename Visitor, typename Text>
void visit(Visitor& visit, Text& text) {
  visit("encoder", text.encoder);
  visit("tokenizer", text.tokenizer);
  visit("vocabulary", text.vocabulary);
  visit("hidden", text.hidden);
  visit("layers", text.layers);
  visit("heads", text.heads);
  visit("head_dim", text.head_dim);
  visit("intermediate", text.intermediate);
  visit("positions", text.positions);
  visit("token_types", text.token_types);
  visit("layer_norm_epsilon", text.layer_norm_epsilon);
  visit("activation", text.activation);
  visit("projection", text.projection);
  visit("relative_buckets", text.relative_buckets);
  visit("relative_max_distance", text.relative_max_distance);
  visit("length", text.length);
  visit("lower_case", text.lower_case);
  visit("strip_accents", text.strip_accents);
  visit("split_cjk", text.split_cjk);
  visit("pad_id", text.pad_id);
  visit("unk_id", text.unk_id);
  visit("cls_id", text.cls_id);
  visit("sep_id", text.sep_id);
  visit("mask_id", text.mask_id);
}

constexpr const char* kAddedTokens = "added_tokens";

std::vector<AddedToken> read_added_tokens(const nlohmann::json& list, const std::string& name,
                                          const std::string& where) {
  if (!list.is_array() || list.size() > kMaxAddedTokens) {
    fail(Status::format, "{}: {} is not a list of at most {} tokens", where, in_quotes(name),
         kMaxAddedTokens);
  }
  std::vector<AddedToken> tokens;
  for (const nlohmann::json& item : list) {
    JsonObject object(item, name, where);
    tokens.push_back({object.string("text"), object.integer("id"), object.boolean("normalized"),
                      object.boolean("single_word")});
    object.finish();
  }
  return tokens;
}

void check_added_tokens(const TextArchitecture& text, const SizeRules& rules) {
  rules.require(text.added_tokens.empty() || text.tokenizer == TokenizerKind::wordpiece,
                "text_encoder.added_tokens is for a WordPiece vocabulary");
  rules.require(text.added_tokens.size() <= kMaxAddedTokens,
                "text_encoder.added_tokens holds {} tokens, at most {} are allowed",
                text.added_tokens.size(), kMaxAddedTokens);
  for (const AddedToken& token : text.added_tokens) {
    rules.require(!token.text.empty() && token.text.size() <= kMaxAddedTokenBytes,
                  "text_encoder.added_tokens holds a token of {} bytes, expected 1 to {}",
                  token.text.size(), kMaxAddedTokenBytes);
    rules.range("text_encoder.added_tokens.id", token.id, 0, text.vocabulary - 1);
  }
}

void add_bert(SpecList& list, const TextArchitecture& text) {
  const std::string embeddings = "bert.embeddings.";
  list.add(embeddings + "word_embeddings.weight", {text.vocabulary, text.hidden});
  list.add(embeddings + "position_embeddings.weight", {text.positions, text.hidden});
  list.add(embeddings + "token_type_embeddings.weight", {text.token_types, text.hidden});
  list.norm(embeddings + "LayerNorm", text.hidden);
  for (std::int64_t i = 0; i < text.layers; ++i) {
    const std::string layer = formatted("bert.encoder.layer.{}.", i);
    for (const char* name : {"query", "key", "value"})
      list.linear(layer + "attention.self." + name, text.hidden, text.hidden);
    list.linear(layer + "attention.output.dense", text.hidden, text.hidden);
    list.norm(layer + "attention.output.LayerNorm", text.hidden);
    list.linear(layer + "intermediate.dense", text.intermediate, text.hidden);
    list.linear(layer + "output.dense", text.hidden, text.intermediate);
    list.norm(layer + "output.LayerNorm", text.hidden);
  }
  if (text.projection > 0) {
    list.linear("cls_projection_head.dense_to_hidden", text.projection, text.hidden);
    list.norm("cls_projection_head.LayerNorm", text.projection);
    list.linear("cls_projection_head.dense_to_output", text.projection, text.projection);
  }
}

void add_t5(SpecList& list, const TextArchitecture& text) {
  const std::int64_t inner = text.heads * text.head_dim;
  list.add("shared.weight", {text.vocabulary, text.hidden});
  for (std::int64_t i = 0; i < text.layers; ++i) {
    const std::string attention = formatted("encoder.block.{}.layer.0.", i);
    for (const char* name : {"q", "k", "v"})
      list.add(attention + "SelfAttention." + name + ".weight", {inner, text.hidden});
    list.add(attention + "SelfAttention.o.weight", {text.hidden, inner});
    if (i == 0)
      list.add(attention + "SelfAttention.relative_attention_bias.weight",
               {text.relative_buckets, text.heads});
    list.add(attention + "layer_norm.weight", {text.hidden});
    const std::string feed_forward = formatted("encoder.block.{}.layer.1.", i);
    const bool gated = text.activation.starts_with("gated-");
    if (gated) {
      list.add(feed_forward + "DenseReluDense.wi_0.weight", {text.intermediate, text.hidden});
      list.add(feed_forward + "DenseReluDense.wi_1.weight", {text.intermediate, text.hidden});
    } else {
      list.add(feed_forward + "DenseReluDense.wi.weight", {text.intermediate, text.hidden});
    }
    list.add(feed_forward + "DenseReluDense.wo.weight", {text.hidden, text.intermediate});
    list.add(feed_forward + "layer_norm.weight", {text.hidden});
  }
  list.add("encoder.final_layer_norm.weight", {text.hidden});
}

void check_token_ids(const TextArchitecture& text, const SizeRules& rules) {
  const std::int64_t last = text.vocabulary - 1;
  const bool wordpiece = text.tokenizer == TokenizerKind::wordpiece;
  rules.range("text_encoder.pad_id", text.pad_id, 0, last);
  rules.range("text_encoder.unk_id", text.unk_id, 0, last);
  rules.range("text_encoder.sep_id", text.sep_id, wordpiece ? 0 : -1, last);
  rules.range("text_encoder.cls_id", text.cls_id, wordpiece ? 0 : -1, last);
  rules.range("text_encoder.mask_id", text.mask_id, -1, last);
}

}  // namespace

void TextArchitecture::read_json(const nlohmann::json& json, const std::string& name,
                                 const std::string& where) {
  nlohmann::json sizes = json;
  added_tokens.clear();
  if (sizes.is_object() && sizes.contains(kAddedTokens)) {
    added_tokens = read_added_tokens(sizes[kAddedTokens], name + "." + kAddedTokens, where);
    sizes.erase(kAddedTokens);
  }
  SizesReader reader(sizes, name, where);
  visit(reader, *this);
  reader.finish();
}

nlohmann::ordered_json TextArchitecture::to_json() const {
  SizesWriter writer;
  visit(writer, *this);
  nlohmann::ordered_json json = writer.take();
  for (const AddedToken& token : added_tokens) {  // a model without them has no such key
    json[kAddedTokens].push_back({{"text", token.text},
                                  {"id", token.id},
                                  {"normalized", token.normalized},
                                  {"single_word", token.single_word}});
  }
  return json;
}

const char* TextArchitecture::vocabulary_file() const {
  return tokenizer == TokenizerKind::wordpiece ? "vocab.txt" : "tokenizer.model";
}

nlohmann::ordered_json TextArchitecture::preprocessing() const {
  return {{"length", length}, {"normalisation", "each channel by its L2 norm over the positions"}};
}

void TextArchitecture::validate(const std::string& where) const {
  const SizeRules rules(where);
  rules.range("text_encoder.vocabulary", vocabulary, 1, kMaxVocabulary);
  rules.range("text_encoder.hidden", hidden, 1, kMaxWidth);
  rules.range("text_encoder.layers", layers, 1, kMaxLayers);
  rules.range("text_encoder.heads", heads, 1,
              encoder == TextEncoderKind::bert ? hidden : kMaxWidth);
  rules.range("text_encoder.head_dim", head_dim, 1, kMaxWidth);
  rules.range("text_encoder.intermediate", intermediate, 1, kMaxWidth);
  rules.range("text_encoder.projection", projection, 0, kMaxWidth);
  rules.range("text_encoder.length", length, 2, kMaxPositions);
  rules.require(
      std::isfinite(layer_norm_epsilon) && layer_norm_epsilon > 0 && layer_norm_epsilon < 1,
      "text_encoder.layer_norm_epsilon is {}, expected a number between 0 and 1",
      layer_norm_epsilon);
  if (encoder == TextEncoderKind::bert) {
    constexpr std::array known = {"gelu", "gelu_new", "relu"};
    rules.require(std::find(known.begin(), known.end(), activation) != known.end(),
                  "text_encoder.activation is '{}', expected gelu, gelu_new or relu", activation);
    rules.equal("text_encoder.heads × text_encoder.head_dim", heads * head_dim,
                "text_encoder.hidden", hidden);
    rules.range("text_encoder.positions", positions, 1, kMaxPositions);
    rules.range("text_encoder.token_types", token_types, 1, kMaxWidth);
    rules.range("text_encoder.length", length, 2, positions);
  } else {
    constexpr std::array known = {"relu", "gated-gelu", "gated-silu"};
    rules.require(std::find(known.begin(), known.end(), activation) != known.end(),
                  "text_encoder.activation is '{}', expected relu, gated-gelu or gated-silu",
                  activation);
    rules.range("text_encoder.heads × text_encoder.head_dim", heads * head_dim, 1, kMaxWidth);
    rules.range("text_encoder.projection", projection, 0, 0);
    rules.range("text_encoder.relative_buckets", relative_buckets, 4, kMaxWidth);
    rules.divides("4", 4, "text_encoder.relative_buckets", relative_buckets);
    rules.range("text_encoder.relative_max_distance", relative_max_distance,
                relative_buckets / 4 + 1, kMaxPositions);
  }
  check_token_ids(*this, rules);
  check_added_tokens(*this, rules);
}

std::vector<SharedSize> TextArchitecture::shared_sizes() const {
  return {{"width of the text", "text_encoder.hidden", hidden}};
}

std::vector<TensorSpec> TextArchitecture::tensor_specs() const {
  SpecList list;
  if (encoder == TextEncoderKind::bert) {
    add_bert(list, *this);
  } else {
    add_t5(list, *this);
  }
  return list.take();
}

}  // namespace raygen::engine
