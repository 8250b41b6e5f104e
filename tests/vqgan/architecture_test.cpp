#include "vqgan/architecture.hpp"

#include "bundle/part_fixture.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const VqganArchitecture small = small_architecture().vqgan;

template <typename Change>
std::string error_after(Change change) {
  return error_after(small, change);
}

}  // namespace

TEST_CASE("a VQ-GAN's quantizer asks for its own tensors", "[architecture]") {
  VqganArchitecture gumbel = small;
  gumbel.quantizer = Quantizer::gumbel;
  gumbel.validate("gumbel");
  CHECK(names(gumbel).count("quantize.proj.weight") == 1);
  CHECK(names(gumbel).count("quantize.embedding.weight") == 0);
  CHECK(names(small).count("quantize.embedding.weight") == 1);
}

TEST_CASE("a VQ-GAN's sizes survive JSON", "[architecture]") {
  VqganArchitecture vqgan = small;
  vqgan.decoder_attention = {true, false};
  vqgan.encoder_mid_attention = false;
  const VqganArchitecture again = through_json(vqgan);
  CHECK(again.to_json() == vqgan.to_json());
  CHECK(again.decoder_attention == std::vector<bool>{true, false});
}

TEST_CASE("JSON that is not a VQ-GAN's names the key", "[architecture]") {
  CHECK_THAT(error_with(small, "\"channel_multipliers\":[1,2]", "\"channel_multipliers\":2"),
             StartsWith("format: here: ") && Contains("'vqgan.channel_multipliers' is not a list"));
  CHECK_THAT(error_with(small, "\"channel_multipliers\":[1,2]", "\"channel_multipliers\":[1,0.5]"),
             Contains("integer"));
  CHECK_THAT(error_with(small, "\"quantizer\":\"vq\"", "\"quantizer\":\"fsq\""),
             Contains("'fsq'") && Contains("'vq' or 'gumbel'"));
}

TEST_CASE("a VQ-GAN's sizes that do not fit each other are refused", "[architecture]") {
  CHECK(error_after([](VqganArchitecture&) {}).empty());
  CHECK_THAT(error_after([](VqganArchitecture& a) { a.channels = 33; }),
             StartsWith("format: here: ") && Contains("vqgan.channels 33"));
  CHECK_THAT(error_after([](VqganArchitecture& a) { a.resolution = 9; }),
             Contains("vqgan.resolution 9"));
  CHECK_THAT(error_after([](VqganArchitecture& a) { a.channel_multipliers = {}; }),
             Contains("channel_multipliers"));
  CHECK_THAT(error_after([](VqganArchitecture& a) { a.encoder_attention = {true}; }),
             Contains("encoder_attention"));
  CHECK_THAT(error_after([](VqganArchitecture& a) {
               a.quantizer = Quantizer::gumbel;
               a.embedding = 9;
             }),
             Contains("GumbelVQ"));
}
