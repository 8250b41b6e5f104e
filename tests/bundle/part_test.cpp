#include "bundle/part.hpp"

#include "bundle/part_fixture.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

template <typename Change>
std::string error_after(Change change) {
  SmallArchitecture architecture = small_architecture();
  change(architecture);
  return error_of([&] { validate(architecture.parts(), "here"); });
}

std::string read_error(const std::string& json) {
  return error_of([&] { parts_from_json(json, part_types(), "here"); });
}

}  // namespace

TEST_CASE("parts agree on the sizes that they share", "[part]") {
  CHECK(error_after([](SmallArchitecture&) {}).empty());
  CHECK_THAT(error_after([](SmallArchitecture& a) { a.decoder.tokens = 25; }),
             StartsWith("format: here: ") &&
                 Contains("masked_decoder.tokens is 25, the VQ-GAN's grid squared is 16"));
  CHECK_THAT(error_after([](SmallArchitecture& a) { a.decoder.codebook = 21; }),
             Contains("masked_decoder.codebook is 21, vqgan.codebook is 20"));
  CHECK_THAT(error_after([](SmallArchitecture& a) { a.decoder.text_hidden = 17; }),
             Contains("masked_decoder.text_hidden is 17, text_encoder.hidden is 16"));
  CHECK_THAT(error_after([](SmallArchitecture& a) { a.vqgan.channels = 33; }),
             Contains("vqgan.channels 33"));
}

TEST_CASE("a part that is not there disagrees with none", "[part]") {
  SmallArchitecture architecture = small_architecture();
  architecture.decoder.codebook = 21;
  architecture.decoder.tokens = 25;
  const Parts all = architecture.parts();
  validate({all[0], all[2]}, "here");
  CHECK_THAT(error_of([&] { validate({all[1], all[2]}, "here"); }), Contains("codebook"));
  CHECK_THAT(error_of([&] {
               validate({all[1], all[1]}, "here");
             }),
             Contains("part vqgan is there twice"));
}

TEST_CASE("parts are read by name", "[part]") {
  const SmallArchitecture small = small_architecture();
  const std::string decoder = small.decoder.to_json().dump(), vqgan = small.vqgan.to_json().dump();
  const Parts parts = parts_from_json(
      R"({"masked_decoder": )" + decoder + R"(, "vqgan": )" + vqgan + "}", part_types(), "here");
  CHECK(names_of(parts) == "vqgan, masked_decoder");
  CHECK(parts[0]->to_json().dump() == vqgan);
  CHECK(parts[1]->to_json().dump() == decoder);
  CHECK_THAT(read_error(R"({"upscaler": {}, "vqgan": )" + vqgan + "}"),
             StartsWith("unsupported: here: unknown part 'upscaler'") && Contains("vqgan"));
  CHECK_THAT(read_error("{}"), StartsWith("format: here: there is no part"));
  CHECK_THAT(read_error(R"({"vqgan": {}})"), Contains("'vqgan.quantizer' is missing"));
  CHECK_THAT(read_error("[]"), Contains("object was expected"));
}
