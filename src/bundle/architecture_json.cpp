// The `architecture` object of raygen.json: one list of keys, walked to write and to read.

#include "bundle/architecture.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

template <typename Enum>
struct Names;
template <>
struct Names<TextEncoderKind> {
  static constexpr const char* values[] = {"bert", "t5"};
};
template <>
struct Names<TokenizerKind> {
  static constexpr const char* values[] = {"wordpiece", "sentencepiece"};
};
template <>
struct Names<Quantizer> {
  static constexpr const char* values[] = {"vq", "gumbel"};
};
template <>
struct Names<AttentionKind> {
  static constexpr const char* values[] = {"normal", "fast"};
};

template <typename Visitor, typename Text>
void visit_text(Visitor& visit, Text& text) {
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

template <typename Visitor, typename Vqgan>
void visit_vqgan(Visitor& visit, Vqgan& vqgan) {
  visit("quantizer", vqgan.quantizer);
  visit("resolution", vqgan.resolution);
  visit("in_channels", vqgan.in_channels);
  visit("out_channels", vqgan.out_channels);
  visit("channels", vqgan.channels);
  visit("channel_multipliers", vqgan.channel_multipliers);
  visit("residual_blocks", vqgan.residual_blocks);
  visit("encoder_attention", vqgan.encoder_attention);
  visit("decoder_attention", vqgan.decoder_attention);
  visit("encoder_mid_attention", vqgan.encoder_mid_attention);
  visit("decoder_mid_attention", vqgan.decoder_mid_attention);
  visit("z_channels", vqgan.z_channels);
  visit("embedding", vqgan.embedding);
  visit("codebook", vqgan.codebook);
}

template <typename Visitor, typename Decoder>
void visit_decoder(Visitor& visit, Decoder& decoder) {
  visit("attention", decoder.attention);
  visit("tokens", decoder.tokens);
  visit("codebook", decoder.codebook);
  visit("hidden", decoder.hidden);
  visit("intermediate", decoder.intermediate);
  visit("layers", decoder.layers);
  visit("heads", decoder.heads);
  visit("text_hidden", decoder.text_hidden);
  visit("text_projector", decoder.text_projector);
  visit("features", decoder.features);
}

struct Writer {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();

  template <typename T>
  void operator()(const char* key, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      object[key] = Names<T>::values[static_cast<std::size_t>(value)];
    } else {
      object[key] = value;
    }
  }
};

struct Reader {
  JsonObject object;

  void operator()(const char* key, std::int64_t& value) { value = object.integer(key); }
  void operator()(const char* key, double& value) { value = object.number(key); }
  void operator()(const char* key, bool& value) { value = object.boolean(key); }
  void operator()(const char* key, std::string& value) { value = object.string(key); }
  template <typename T>
  void operator()(const char* key, std::vector<T>& values) {
    const Json& list = object.get(key);
    if (!list.is_array())
      fail(Status::format, "{}: {} is not a list", object.where(), in_quotes(object.path(key)));
    for (const Json& item : list) {
      const Json wrapped = {{"items", item}};
      JsonObject one(wrapped, object.path(key), object.where());
      if constexpr (std::is_same_v<T, bool>) {
        values.push_back(one.boolean("items"));
      } else {
        values.push_back(one.integer("items"));
      }
    }
  }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum& value) {
    const std::string name = object.string(key);
    const auto& names = Names<Enum>::values;
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (name == names[i]) {
        value = static_cast<Enum>(i);
        return;
      }
    }
    fail(Status::format, "{}: {} is {}, expected '{}' or '{}'", object.where(),
         in_quotes(object.path(key)), in_quotes(name), names[0], names[1]);
  }
};

}  // namespace

std::string to_json(const Architecture& architecture) {
  Writer text, vqgan, decoder;
  visit_text(text, architecture.text);
  visit_vqgan(vqgan, architecture.vqgan);
  visit_decoder(decoder, architecture.decoder);
  const nlohmann::ordered_json all = {
      {"text", text.object}, {"vqgan", vqgan.object}, {"decoder", decoder.object}};
  return all.dump(2);
}

Architecture architecture_from_json(const std::string& json, const std::string& where) {
  const Json all = parse_json(json, where);
  JsonObject object(all, "architecture", where);
  Architecture architecture;
  Reader text{JsonObject(object.get("text"), "architecture.text", where)};
  visit_text(text, architecture.text);
  text.object.finish();
  Reader vqgan{JsonObject(object.get("vqgan"), "architecture.vqgan", where)};
  visit_vqgan(vqgan, architecture.vqgan);
  vqgan.object.finish();
  Reader decoder{JsonObject(object.get("decoder"), "architecture.decoder", where)};
  visit_decoder(decoder, architecture.decoder);
  decoder.object.finish();
  object.finish();
  return architecture;
}

}  // namespace raygen::engine
