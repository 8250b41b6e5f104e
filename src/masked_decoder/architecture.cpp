#include "masked_decoder/architecture.hpp"

#include "bundle/architecture_json.hpp"
#include "bundle/size_rules.hpp"
#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"

#include <cmath>

namespace raygen::engine {

template <>
struct Names<AttentionKind> {
  static constexpr const char* values[] = {"normal", "fast"};
};

namespace {

template <typename Visitor, typename Decoder>
void visit(Visitor& visit, Decoder& decoder) {
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

}  // namespace

void MaskedDecoderArchitecture::read_json(const nlohmann::json& json, const std::string& name,
                                          const std::string& where) {
  SizesReader reader(json, name, where);
  visit(reader, *this);
  reader.finish();
}

nlohmann::ordered_json MaskedDecoderArchitecture::to_json() const {
  SizesWriter writer;
  visit(writer, *this);
  return writer.take();
}

void MaskedDecoderArchitecture::validate(const std::string& where) const {
  const SizeRules rules(where);
  rules.range("masked_decoder.tokens", tokens, 1, kMaxPositions);
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(tokens))));
  rules.require(side * side == tokens, "masked_decoder.tokens is {}, expected a square number",
                tokens);
  rules.range("masked_decoder.codebook", codebook, 1, kMaxVocabulary);
  rules.range("masked_decoder.hidden", hidden, 1, kMaxWidth);
  rules.range("masked_decoder.intermediate", intermediate, 1, kMaxWidth);
  rules.range("masked_decoder.layers", layers, 1, kMaxLayers);
  rules.range("masked_decoder.heads", heads, 1, hidden);
  rules.divides("masked_decoder.heads", heads, "masked_decoder.hidden", hidden);
  rules.range("masked_decoder.text_hidden", text_hidden, 1, kMaxWidth);
  rules.require(
      text_projector || text_hidden == hidden,
      "masked_decoder.text_projector is false, though masked_decoder.text_hidden {} differs from "
      "masked_decoder.hidden {}",
      text_hidden, hidden);
  const bool fast = attention == AttentionKind::fast;
  rules.range("masked_decoder.features", features, fast ? 1 : 0, fast ? kMaxWidth : 0);
}

std::vector<SharedSize> MaskedDecoderArchitecture::shared_sizes() const {
  return {{"codebook", "masked_decoder.codebook", codebook},
          {"image tokens", "masked_decoder.tokens", tokens},
          {"width of the text", "masked_decoder.text_hidden", text_hidden}};
}

std::vector<TensorSpec> MaskedDecoderArchitecture::tensor_specs() const {
  SpecList list;
  list.add("image_embedding.weight", {codebook + 1, hidden});
  list.add("image_pos_emb.pos_emb", {1, tokens, hidden});
  if (text_projector) list.linear("text_projector", hidden, text_hidden);
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::string layer = formatted("transformer.dec_layers.{}.", i);
    for (const char* name : {"mha.mha.", "cross_mha.mha."}) {
      const std::string prefix = layer + name;
      if (attention == AttentionKind::normal) {
        list.int8_weight(prefix + "in_proj_weight", 3 * hidden, hidden);
        list.add(prefix + "in_proj_bias", {3 * hidden});
        list.int8_weight(prefix + "out_proj.weight", hidden, hidden);
        list.add(prefix + "out_proj.bias", {hidden});
      } else {
        list.add(prefix + "fast_attention.projection_matrix", {features, hidden / heads});
        list.int8_weight(prefix + "to_out.weight", hidden, hidden);
        list.add(prefix + "to_out.bias", {hidden});
      }
    }
    list.norm(layer + "ffn.layer_norm_1", hidden);
    list.int8_weight(layer + "ffn.linear_1.weight", 2 * intermediate, hidden);
    list.norm(layer + "ffn.layer_norm_2", intermediate);
    list.int8_weight(layer + "ffn.linear_2.weight", hidden, intermediate);
    list.norm(layer + "layer_norm_3", hidden);
  }
  list.linear("final_dense", codebook, hidden);
  return list.take();
}

}  // namespace raygen::engine
