#include "bundle/manifest.hpp"

#include "bundle/fixture.hpp"
#include "bundle/version_1_fixture.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Manifest parse(const std::string& json) {
  return parse_manifest(json, part_types(), "raygen.json");
}

Manifest small_manifest() {
  Manifest manifest;
  manifest.provenance = R"({"from":"a test"})";
  manifest.licence = "CC0";
  for (const auto& part : small_architecture().parts()) {
    Manifest::Part listed{part, {}};
    listed.files[part->weights_file()] = {std::string(64, 'a'), 17};
    for (const std::string& name : part->further_files())
      listed.files[name] = {std::string(64, 'a'), 17};
    manifest.parts.push_back(listed);
  }
  return manifest;
}

std::string error_with(const std::string& from, const std::string& to) {
  const std::string json = replaced(to_json(small_manifest()), from, to);
  return error_of([&] { parse(json); });
}

std::string error_with_version_1(const std::string& from, const std::string& to) {
  const std::string json = replaced(version_1(to_json(small_manifest())), from, to);
  return error_of([&] { parse(json); });
}

}  // namespace

TEST_CASE("a manifest is read as it was written", "[manifest]") {
  Manifest written = small_manifest();
  SECTION("with parts alone") {}
  SECTION("with a file of its own") {
    written.files["generation_config.json"] = {std::string(64, 'b'), 5};
  }
  const std::string json = to_json(written);
  const Manifest manifest = parse(json);
  CHECK(to_json(manifest) == json);
  CHECK(manifest.licence == "CC0");
  CHECK(manifest.parts.at(0).files.at("vocab.txt").bytes == 17);
}

TEST_CASE("a manifest of version 1 says the same as one of version 2", "[manifest]") {
  const std::string now = to_json(small_manifest());
  CHECK(to_json(parse(version_1(now))) == now);
}

TEST_CASE("what is wrong in a manifest of version 1 is named", "[manifest]") {
  CHECK_THAT(error_with_version_1("\"vocab.txt\"", "\"../vocab.txt\""),
             StartsWith("format: raygen.json: file '../vocab.txt' is none of a bundle's"));
  CHECK_THAT(error_with_version_1("\"vocab.txt\"", "\"tokenizer.model\""),
             Contains("'tokenizer.model' is none of 'parts.text_encoder.files'"));
  CHECK_THAT(error_with_version_1("\"vqgan.safetensors\"", "\"vocab.txt\""),
             Contains("duplicate key"));
  CHECK_THAT(error_with_version_1("\"decoder\":", "\"classifier\":"),
             Contains("'architecture.decoder' is missing"));
  CHECK_THAT(error_with_version_1("\"architecture\": {", "\"architecture\": {\"rest\": 1,"),
             Contains("unknown key 'architecture.rest'"));
  CHECK_THAT(error_with_version_1("\"preprocessing\"", "\"processing\""),
             Contains("'preprocessing' is missing"));
  CHECK_THAT(error_with_version_1("\"licence\":", "\"extra\": 1, \"licence\":"),
             Contains("unknown key 'extra'"));
  CHECK_THAT(error_with_version_1("\"tokens\": 16", "\"tokens\": 36"),
             Contains("masked_decoder.tokens is 36"));
}

TEST_CASE("a manifest names only the files of its parts", "[manifest]") {
  for (const std::string name : {"../vocab.txt", "/etc/passwd", "sub/vocab.txt", "..", "",
                                 "vocab.txt\\u0000", "tokenizer.model", "other.safetensors"}) {
    CAPTURE(name);
    CHECK_THAT(error_with("\"vocab.txt\"", "\"" + name + "\""),
               StartsWith("format: raygen.json: file ") && Contains("none of"));
    CHECK_THAT(error_with("\"licence\": \"CC0\"",
                          "\"licence\": \"CC0\", \"files\": {\"" + name + "\": {}}"),
               StartsWith("format: raygen.json: file ") && Contains("none of 'files'"));
  }
  CHECK_THAT(error_with("\"decoder.safetensors\": {", "\"rest\": {"), Contains("none of"));
  CHECK_THAT(error_with("\"files\": {", "\"files\": {}, \"rest\": {"),
             Contains("is not listed in 'parts.text_encoder.files'"));
}

TEST_CASE("a part that this library does not know is refused by name", "[manifest]") {
  CHECK_THAT(error_with("\"vqgan\": {", "\"upscaler\": {"),
             StartsWith("unsupported: raygen.json: unknown part 'parts.upscaler'") &&
                 Contains("text_encoder, vqgan, masked_decoder"));
  CHECK_THAT(error_of([] { parse(R"({"format": "raygen", "format_version": 2, "parts": {}})"); }),
             Contains("there is no part"));
}

TEST_CASE("what is wrong in a manifest is named", "[manifest]") {
  CHECK_THAT(error_with("\"raygen\"", "\"safetensors\""), Contains("format is 'safetensors'"));
  CHECK_THAT(error_with("\"format_version\": 2", "\"format_version\": 3"),
             StartsWith("unsupported: ") && Contains("format_version is 3"));
  CHECK_THAT(error_with("\"licence\": \"CC0\"", "\"licence\": 0"),
             Contains("'licence' is a number"));
  CHECK_THAT(error_with("\"licence\": \"CC0\"", "\"license\": \"CC0\""),
             Contains("'licence' is missing"));
  CHECK_THAT(error_with("\"format\":", "\"extra\": 1, \"format\":"),
             Contains("unknown key 'extra'"));
  CHECK_THAT(error_with("\"preprocessing\": {", "\"preprocessing\": 1, \"rest\": {"),
             Contains("'parts.text_encoder.preprocessing'"));
  CHECK_THAT(error_with("\"preprocessing\": {", "\"processing\": {"),
             Contains("unknown key 'parts.text_encoder.processing'"));
  CHECK_THAT(error_with("\"hidden\": 16", "\"width\": 16"),
             Contains("'parts.text_encoder.architecture.hidden' is missing"));
  CHECK_THAT(error_with("\"bytes\": 17", "\"bytes\": -17"), Contains("-17"));
  CHECK_THAT(error_with(std::string(64, 'a'), std::string(63, 'a')),
             Contains("64 lower-case hex digits"));
  CHECK_THAT(error_with(std::string(64, 'a'), std::string(64, 'A')),
             Contains("64 lower-case hex digits"));
  CHECK_THAT(error_with("\"tokens\": 16", "\"tokens\": 36"),
             Contains("masked_decoder.tokens is 36"));
  CHECK_THAT(error_with("{\n", "{\n\xff"), Contains("invalid JSON"));
}
