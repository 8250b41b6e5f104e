#include "bundle/version_1.hpp"

#include "error.hpp"

#include <vector>

namespace raygen::engine {

namespace {

/// The names are those of the format, and stay as they are.
struct OldPart {
  const char* key;
  const char* part;
  std::vector<const char*> files;
};

const std::vector<OldPart>& old_parts() {
  static const std::vector<OldPart> parts = {
      {"text", "text_encoder", {"text_encoder.safetensors", "vocab.txt", "tokenizer.model"}},
      {"vqgan", "vqgan", {"vqgan.safetensors"}},
      {"decoder", "masked_decoder", {"decoder.safetensors"}}};
  return parts;
}

const char* owner(const std::string& file, const std::string& where) {
  for (const OldPart& part : old_parts()) {
    for (const char* name : part.files) {
      if (file == name) return part.part;
    }
  }
  fail(Status::format, "{}: file {} is none of a bundle's", where, in_quotes(file));
}

}  // namespace

Json from_version_1(const Json& manifest, const std::string& where) {
  JsonObject object(manifest, "", where);
  Json parts = Json::object();
  JsonObject architecture(object.get("architecture"), "architecture", where);
  for (const OldPart& part : old_parts())
    parts[part.part] = {{"architecture", architecture.get(part.key)}, {"files", Json::object()}};
  architecture.finish();
  JsonObject(object.get("files"), "files", where);
  for (const auto& [name, record] : object.get("files").items())
    parts[owner(name, where)]["files"][name] = record;
  JsonObject(object.get("preprocessing"), "preprocessing", where);  // follows from the architecture
  const Json converted = {{"format", object.get("format")},
                          {"format_version", 2},
                          {"parts", parts},
                          {"provenance", object.get("provenance")},
                          {"licence", object.get("licence")}};
  object.get("format_version");
  object.finish();
  return converted;
}

}  // namespace raygen::engine
