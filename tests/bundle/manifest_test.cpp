#include "bundle/manifest.hpp"

#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Manifest small_manifest() {
  Manifest manifest;
  manifest.architecture = small_architecture();
  manifest.provenance = R"({"from":"a test"})";
  manifest.licence = "CC0";
  for (const char* name : {kTextName, kVqganName, kDecoderName, "vocab.txt"})
    manifest.files[name] = {std::string(64, 'a'), 17};
  return manifest;
}

std::string error_with(const std::string& from, const std::string& to) {
  const std::string json = replaced(to_json(small_manifest()), from, to);
  return error_of([&] { parse_manifest(json, "raygen.json"); });
}

}  // namespace

TEST_CASE("a manifest is read as it was written", "[manifest]") {
  const std::string json = to_json(small_manifest());
  const Manifest manifest = parse_manifest(json, "raygen.json");
  CHECK(to_json(manifest) == json);
  CHECK(manifest.licence == "CC0");
  CHECK(manifest.files.at("vocab.txt").bytes == 17);
}

TEST_CASE("a manifest names only the files of a bundle", "[manifest]") {
  for (const std::string name : {"../vocab.txt", "/etc/passwd", "sub/vocab.txt", "..", "",
                                 "vocab.txt\\u0000", "tokenizer.model", "other.safetensors"}) {
    CAPTURE(name);
    CHECK_THAT(error_with("\"vocab.txt\"", "\"" + name + "\""),
               StartsWith("format: raygen.json: file ") && Contains("none of a bundle's"));
  }
  CHECK_THAT(error_with("\"licence\": \"CC0\",\n  \"files\": {",
                        "\"licence\": \"CC0\",\n  \"files\": {}, \"rest\": {"),
             Contains("is not listed"));
}

TEST_CASE("what is wrong in a manifest is named", "[manifest]") {
  CHECK_THAT(error_with("\"raygen\"", "\"safetensors\""), Contains("format is 'safetensors'"));
  CHECK_THAT(error_with("\"format_version\": 1", "\"format_version\": 2"),
             StartsWith("unsupported: ") && Contains("format_version is 2"));
  CHECK_THAT(error_with("\"licence\": \"CC0\"", "\"licence\": 0"),
             Contains("'licence' is a number"));
  CHECK_THAT(error_with("\"licence\": \"CC0\"", "\"license\": \"CC0\""),
             Contains("'licence' is missing"));
  CHECK_THAT(error_with("\"format\":", "\"extra\": 1, \"format\":"),
             Contains("unknown key 'extra'"));
  CHECK_THAT(error_with("\"bytes\": 17", "\"bytes\": -17"), Contains("-17"));
  CHECK_THAT(error_with(std::string(64, 'a'), std::string(63, 'a')),
             Contains("64 lower-case hex digits"));
  CHECK_THAT(error_with(std::string(64, 'a'), std::string(64, 'A')),
             Contains("64 lower-case hex digits"));
  CHECK_THAT(error_with("\"tokens\": 16", "\"tokens\": 36"), Contains("decoder.tokens is 36"));
  CHECK_THAT(error_with("{\n", "{\n\xff"), Contains("invalid JSON"));
}
