#include "bundle/bundle.hpp"
#include "bundle/part_fixture.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("a random model has weights of sensible size, the same for the same seed", "[model]") {
  const TemporaryFolder folder;
  const Parts parts = small_architecture().parts();
  const auto open = [&](const char* name) {
    return open_bundle(folder.path() / name, part_types(), {}, true);
  };
  at::manual_seed(5);
  const at::Tensor expected = at::randn({4});
  at::manual_seed(5);
  write_random_model(folder.path() / "a", parts, "", 1, false);
  CHECK(at::equal(at::randn({4}), expected));  // the host's random state is not touched
  write_random_model(folder.path() / "b", parts, "", 1, false);
  write_random_model(folder.path() / "c", parts, "", 2, false);
  const Bundle a = open("a"), b = open("b"), c = open("c");
  CHECK(a.digest == b.digest);
  CHECK(a.digest != c.digest);
  const SafetensorsFile& decoder = *a.part("masked_decoder").weights;
  const at::Tensor weight = decoder.tensor("transformer.dec_layers.0.ffn.linear_1.weight");
  CHECK(weight.std().item<double>() == Approx(1 / std::sqrt(24.0)).epsilon(0.1));
  CHECK(decoder.tensor("transformer.dec_layers.0.layer_norm_3.weight").eq(1).all().item<bool>());
  const std::string& vocabulary = a.part("text_encoder").files.at("vocab.txt");
  std::size_t lines = 0;
  for (const char letter : vocabulary) lines += letter == '\n' ? 1 : 0;
  CHECK(lines == 120);
  CHECK(vocabulary.starts_with("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n!\n"));
}

TEST_CASE("a random model has the parts that were asked for", "[model]") {
  const TemporaryFolder folder;
  const Parts parts = small_architecture().parts();
  write_random_model(folder.path() / "vqgan", {parts[1]}, "", 1, false);
  CHECK(open_bundle(folder.path() / "vqgan", part_types(), {}, true).parts.size() == 1);
  CHECK_THAT(
      error_of([&] { write_random_model(folder.path() / "a", {parts[1]}, "words", 1, false); }),
      StartsWith("invalid_argument: ") && Contains("no text encoder"));
  SmallArchitecture sentencepiece = small_architecture();
  sentencepiece.text.tokenizer = TokenizerKind::sentencepiece;
  CHECK_THAT(error_of([&] {
               write_random_model(folder.path() / "a", sentencepiece.parts(), "", 1, false);
             }),
             Contains("cannot be made up"));
}

TEST_CASE("the published sizes have the published numbers of parameters", "[model]") {
  const Parts parts = published_parts();
  validate(parts, "published");
  CHECK(names_of(parts) == "text_encoder, vqgan, masked_decoder");
  // 129,911,808 in all; 24,576 of them in the two norms of each layer that are stored and never
  // applied.
  CHECK(parameters(*parts[2]) == 129'911'808 - 6 * 2 * 2 * 1024);
  CHECK(dynamic_cast<const VqganArchitecture&>(*parts[1]).grid() == 32);
  const auto text = names(*parts[0]), vqgan = names(*parts[1]), decoder = names(*parts[2]);
  CHECK(decoder.count("transformer.dec_layers.5.cross_mha.mha.in_proj_weight") == 1);
  CHECK(decoder.count("transformer.dec_layers.5.layer_norm_1.weight") == 0);
  CHECK(text.count("bert.encoder.layer.11.attention.output.LayerNorm.bias") == 1);
  CHECK(vqgan.count("encoder.down.4.attn.1.proj_out.weight") == 1);
  CHECK(vqgan.count("decoder.up.4.attn.2.q.bias") == 1);
  CHECK(vqgan.count("decoder.up.0.upsample.conv.weight") == 0);
  CHECK(vqgan.count("encoder.down.4.downsample.conv.weight") == 0);
}
