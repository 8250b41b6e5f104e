#include "masked_decoder/architecture.hpp"

#include "bundle/part_fixture.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

const MaskedDecoderArchitecture small = small_architecture().decoder;

template <typename Change>
std::string error_after(Change change) {
  return error_after(small, change);
}

}  // namespace

TEST_CASE("a masked decoder's attention asks for its own tensors", "[architecture]") {
  MaskedDecoderArchitecture fast = small;
  fast.attention = AttentionKind::fast;
  fast.features = 5;
  fast.validate("fast");
  const auto all = names(fast);
  CHECK(all.count("transformer.dec_layers.0.mha.mha.fast_attention.projection_matrix") == 1);
  CHECK(all.count("transformer.dec_layers.0.mha.mha.in_proj_weight") == 0);
  CHECK(names(small).count("transformer.dec_layers.0.mha.mha.in_proj_weight") == 1);
}

TEST_CASE("a masked decoder's sizes survive JSON", "[architecture]") {
  MaskedDecoderArchitecture decoder = small;
  decoder.attention = AttentionKind::fast;
  const MaskedDecoderArchitecture again = through_json(decoder);
  CHECK(again.to_json() == decoder.to_json());
  CHECK(again.attention == AttentionKind::fast);
}

TEST_CASE("a masked decoder's sizes that do not fit each other are refused", "[architecture]") {
  CHECK(error_after([](MaskedDecoderArchitecture&) {}).empty());
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.heads = 5; }),
             StartsWith("format: here: ") && Contains("masked_decoder.heads 5"));
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.heads = 0; }),
             Contains("masked_decoder.heads is 0"));
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.tokens = 15; }), Contains("square"));
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.text_projector = false; }),
             Contains("text_projector"));
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.features = 3; }),
             Contains("masked_decoder.features is 3"));
  CHECK_THAT(error_after([](MaskedDecoderArchitecture& a) { a.layers = std::int64_t{1} << 40; }),
             Contains("masked_decoder.layers"));
}
