#include "text/architecture.hpp"

#include "bundle/part_fixture.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const TextArchitecture small = small_architecture().text;

TextArchitecture small_t5() {
  TextArchitecture text = small;
  text.encoder = TextEncoderKind::t5;
  text.activation = "gated-gelu";
  text.projection = 0;
  return text;
}

template <typename Change>
std::string error_after(Change change) {
  return error_after(small, change);
}

}  // namespace

TEST_CASE("T5 asks for its own tensors", "[architecture]") {
  const TextArchitecture t5 = small_t5();
  t5.validate("t5");
  const auto all = names(t5);
  CHECK(all.count("encoder.block.1.layer.1.DenseReluDense.wi_1.weight") == 1);
  CHECK(all.count("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight") == 0);
  CHECK(names(small).count("bert.encoder.layer.1.attention.output.LayerNorm.bias") == 1);
}

TEST_CASE("a text encoder's sizes survive JSON", "[architecture]") {
  TextArchitecture text = small_t5();
  text.tokenizer = TokenizerKind::sentencepiece;
  text.layer_norm_epsilon = 1.25e-7;
  text.cls_id = -1;
  const TextArchitecture again = through_json(text);
  CHECK(again.to_json() == text.to_json());
  CHECK(again.layer_norm_epsilon == 1.25e-7);
  CHECK(again.further_files() == std::vector<std::string>{"tokenizer.model"});
}

TEST_CASE("JSON that is not a text encoder's names the key", "[architecture]") {
  const auto changed = [](const std::string& from, const std::string& to) {
    return error_with(small, from, to);
  };
  CHECK_THAT(changed("\"hidden\":16,", ""),
             StartsWith("format: here: ") && Contains("'text_encoder.hidden' is missing"));
  CHECK_THAT(changed("\"hidden\":16", "\"hidden\":16,\"depth\":1"),
             Contains("unknown key 'text_encoder.depth'"));
  CHECK_THAT(changed("\"hidden\":16", "\"hidden\":\"16\""),
             Contains("'text_encoder.hidden'") && Contains("integer"));
  CHECK_THAT(changed("\"hidden\":16", "\"hidden\":1.5"), Contains("integer"));
  CHECK_THAT(changed("\"hidden\":16", "\"hidden\":18446744073709551615"), Contains("integer"));
  CHECK_THAT(changed("\"encoder\":\"bert\"", "\"encoder\":\"gpt\""),
             Contains("'gpt'") && Contains("'bert' or 't5'"));
  CHECK_THAT(changed("\"lower_case\":true", "\"lower_case\":1"), Contains("true or false"));
  CHECK_THAT(changed("\"hidden\":16", "\"hidden\":16,\"hidden\":16"), Contains("duplicate key"));
}

TEST_CASE("a text encoder's sizes that do not fit each other are refused", "[architecture]") {
  CHECK(error_after([](TextArchitecture&) {}).empty());
  CHECK_THAT(error_after([](TextArchitecture& a) { a.hidden = 20; }),
             Contains("text_encoder.hidden"));
  CHECK_THAT(error_after([](TextArchitecture& a) { a.length = 33; }),
             Contains("text_encoder.length is 33"));
  CHECK_THAT(error_after([](TextArchitecture& a) { a.pad_id = 120; }),
             Contains("text_encoder.pad_id is 120"));
  CHECK_THAT(error_after([](TextArchitecture& a) { a.activation = "swish"; }), Contains("'swish'"));
  CHECK_THAT(error_after([](TextArchitecture& a) { a.layer_norm_epsilon = 0; }),
             Contains("layer_norm_epsilon"));
}
