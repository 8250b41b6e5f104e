#include "bundle/architecture.hpp"

#include "bundle/bundle.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

template <typename Part>
std::int64_t parameters(const Part& part) {
  std::int64_t total = 0;
  for (const TensorSpec& spec : tensor_specs(part)) {
    std::int64_t count = 1;
    for (const std::int64_t extent : spec.shape) count *= extent;
    total += count;
  }
  return total;
}

template <typename Part>
std::set<std::string> names(const Part& part) {
  std::set<std::string> all;
  for (const TensorSpec& spec : tensor_specs(part)) CHECK(all.insert(spec.name).second);
  return all;
}

template <typename Change>
std::string error_after(Change change) {
  Architecture architecture = small_architecture();
  change(architecture);
  return error_of([&] { validate(architecture, "here"); });
}

}  // namespace

TEST_CASE("the published sizes have the published numbers of parameters", "[architecture]") {
  const Architecture architecture = published_architecture();
  validate(architecture, "published");
  // 129,911,808 in all; 24,576 of them in the two norms of each layer that are stored and never
  // applied.
  CHECK(parameters(architecture.decoder) == 129'911'808 - 6 * 2 * 2 * 1024);
  CHECK(architecture.vqgan.grid() == 32);
  CHECK(
      names(architecture.decoder).count("transformer.dec_layers.5.cross_mha.mha.in_proj_weight") ==
      1);
  CHECK(names(architecture.decoder).count("transformer.dec_layers.5.layer_norm_1.weight") == 0);
  CHECK(names(architecture.text).count("bert.encoder.layer.11.attention.output.LayerNorm.bias") ==
        1);
  CHECK(names(architecture.vqgan).count("encoder.down.4.attn.1.proj_out.weight") == 1);
  CHECK(names(architecture.vqgan).count("decoder.up.4.attn.2.q.bias") == 1);
  CHECK(names(architecture.vqgan).count("decoder.up.0.upsample.conv.weight") == 0);
  CHECK(names(architecture.vqgan).count("encoder.down.4.downsample.conv.weight") == 0);
}

TEST_CASE("variants ask for their own tensors", "[architecture]") {
  Architecture architecture = small_architecture();
  architecture.decoder.attention = AttentionKind::fast;
  architecture.decoder.features = 5;
  architecture.vqgan.quantizer = Quantizer::gumbel;
  architecture.text.encoder = TextEncoderKind::t5;
  architecture.text.activation = "gated-gelu";
  architecture.text.projection = 0;
  validate(architecture, "variant");
  const auto decoder = names(architecture.decoder), vqgan = names(architecture.vqgan),
             text = names(architecture.text);
  CHECK(decoder.count("transformer.dec_layers.0.mha.mha.fast_attention.projection_matrix") == 1);
  CHECK(decoder.count("transformer.dec_layers.0.mha.mha.in_proj_weight") == 0);
  CHECK(vqgan.count("quantize.proj.weight") == 1);
  CHECK(vqgan.count("quantize.embedding.weight") == 0);
  CHECK(text.count("encoder.block.1.layer.1.DenseReluDense.wi_1.weight") == 1);
  CHECK(text.count("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight") == 0);
}

TEST_CASE("an architecture survives JSON", "[architecture]") {
  Architecture architecture = small_architecture();
  architecture.text.encoder = TextEncoderKind::t5;
  architecture.text.tokenizer = TokenizerKind::sentencepiece;
  architecture.text.layer_norm_epsilon = 1.25e-7;
  architecture.text.cls_id = -1;
  architecture.vqgan.decoder_attention = {true, false};
  architecture.vqgan.encoder_mid_attention = false;
  architecture.decoder.attention = AttentionKind::fast;
  const std::string json = to_json(architecture);
  const Architecture again = architecture_from_json(json, "here");
  CHECK(to_json(again) == json);
  CHECK(again.text.layer_norm_epsilon == 1.25e-7);
  CHECK(again.vqgan.decoder_attention == std::vector<bool>{true, false});
  CHECK(again.decoder.attention == AttentionKind::fast);
}

TEST_CASE("JSON that is not an architecture names the key", "[architecture]") {
  const std::string json = to_json(small_architecture());
  const auto changed = [&](const std::string& from, const std::string& to) {
    return error_of([&] { architecture_from_json(replaced(json, from, to), "here"); });
  };
  CHECK_THAT(changed("\"hidden\": 16,", ""),
             StartsWith("format: here: ") && Contains("'architecture.text.hidden' is missing"));
  CHECK_THAT(changed("\"hidden\": 16", "\"hidden\": 16, \"depth\": 1"),
             Contains("unknown key 'architecture.text.depth'"));
  CHECK_THAT(changed("\"hidden\": 16", "\"hidden\": \"16\""),
             Contains("'architecture.text.hidden'") && Contains("integer"));
  CHECK_THAT(changed("\"hidden\": 16", "\"hidden\": 1.5"), Contains("integer"));
  CHECK_THAT(changed("\"hidden\": 16", "\"hidden\": 18446744073709551615"), Contains("integer"));
  CHECK_THAT(changed("\"encoder\": \"bert\"", "\"encoder\": \"gpt\""),
             Contains("'gpt'") && Contains("'bert' or 't5'"));
  CHECK_THAT(changed("\"lower_case\": true", "\"lower_case\": 1"), Contains("true or false"));
  CHECK_THAT(changed("\"hidden\": 16", "\"hidden\": 16, \"hidden\": 16"),
             Contains("duplicate key"));
  CHECK_THAT(error_of([] { architecture_from_json("[]", "here"); }),
             Contains("object was expected"));
}

TEST_CASE("sizes that do not fit each other are refused", "[architecture]") {
  CHECK(error_after([](Architecture&) {}).empty());
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.heads = 5; }),
             StartsWith("format: here: ") && Contains("decoder.heads 5"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.heads = 0; }),
             Contains("decoder.heads is 0"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.tokens = 15; }), Contains("square"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.tokens = 25; }),
             Contains("decoder.tokens is 25"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.codebook = 21; }),
             Contains("vqgan.codebook is 20"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.text_projector = false; }),
             Contains("text_projector"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.features = 3; }),
             Contains("decoder.features is 3"));
  CHECK_THAT(error_after([](Architecture& a) { a.decoder.layers = std::int64_t{1} << 40; }),
             Contains("decoder.layers"));
  CHECK_THAT(error_after([](Architecture& a) { a.text.hidden = 20; }), Contains("text.hidden"));
  CHECK_THAT(error_after([](Architecture& a) { a.text.length = 33; }),
             Contains("text.length is 33"));
  CHECK_THAT(error_after([](Architecture& a) { a.text.pad_id = 120; }),
             Contains("text.pad_id is 120"));
  CHECK_THAT(error_after([](Architecture& a) { a.text.activation = "swish"; }),
             Contains("'swish'"));
  CHECK_THAT(error_after([](Architecture& a) { a.text.layer_norm_epsilon = 0; }),
             Contains("layer_norm_epsilon"));
  CHECK_THAT(error_after([](Architecture& a) { a.vqgan.channels = 33; }),
             Contains("vqgan.channels 33"));
  CHECK_THAT(error_after([](Architecture& a) { a.vqgan.resolution = 9; }),
             Contains("vqgan.resolution 9"));
  CHECK_THAT(error_after([](Architecture& a) { a.vqgan.channel_multipliers = {}; }),
             Contains("channel_multipliers"));
  CHECK_THAT(error_after([](Architecture& a) { a.vqgan.encoder_attention = {true}; }),
             Contains("encoder_attention"));
  CHECK_THAT(error_after([](Architecture& a) {
               a.vqgan.quantizer = Quantizer::gumbel;
               a.vqgan.embedding = 9;
             }),
             Contains("GumbelVQ"));
}
