#include "bundle/manifest.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace raygen::engine {

namespace {

constexpr std::int64_t kFormatVersion = 1;

/// For people and other programs: what happens between a file and the model. The engine follows the
/// architecture alone.
nlohmann::ordered_json preprocessing(const Architecture& architecture) {
  return {{"image",
           {{"range", {-1, 1}},
            {"size", architecture.vqgan.resolution},
            {"channels", architecture.vqgan.in_channels}}},
          {"text",
           {{"length", architecture.text.length},
            {"normalisation", "each channel by its L2 norm over the positions"}}}};
}

FileRecord read_record(const Json& value, const std::string& name, const std::string& where) {
  JsonObject object(value, name, where);
  FileRecord record;
  record.sha256 = object.string("sha256");
  const bool hex = record.sha256.size() == 64 &&
                   record.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex)
    fail(Status::format, "{}: sha256 of {} is {}, expected 64 lower-case hex digits", where,
         in_quotes(name), in_quotes(record.sha256));
  const std::int64_t bytes = object.integer("bytes");
  if (bytes < 0) fail(Status::format, "{}: bytes of {} is {}", where, in_quotes(name), bytes);
  record.bytes = static_cast<std::uint64_t>(bytes);
  object.finish();
  return record;
}

}  // namespace

const char* vocabulary_name(TokenizerKind tokenizer) {
  return tokenizer == TokenizerKind::wordpiece ? "vocab.txt" : "tokenizer.model";
}

std::string to_json(const Manifest& manifest) {
  nlohmann::ordered_json files = nlohmann::ordered_json::object();
  for (const auto& [name, record] : manifest.files)
    files[name] = {{"sha256", record.sha256}, {"bytes", record.bytes}};
  const nlohmann::ordered_json all = {
      {"format", "raygen"},
      {"format_version", kFormatVersion},
      {"architecture", nlohmann::ordered_json::parse(to_json(manifest.architecture))},
      {"preprocessing", preprocessing(manifest.architecture)},
      {"provenance", nlohmann::ordered_json::parse(manifest.provenance)},
      {"licence", manifest.licence},
      {"files", files}};
  return all.dump(2) + "\n";
}

Manifest parse_manifest(const std::string& json, const std::string& where) {
  const Json all = parse_json(json, where);
  JsonObject object(all, "", where);
  if (const std::string format = object.string("format"); format != "raygen") {
    fail(Status::format, "{}: format is {}, expected 'raygen'", where, in_quotes(format));
  }
  if (const std::int64_t version = object.integer("format_version"); version != kFormatVersion) {
    fail(Status::unsupported, "{}: format_version is {}, this library reads {}", where, version,
         kFormatVersion);
  }
  Manifest manifest;
  manifest.architecture = architecture_from_json(object.get("architecture").dump(), where);
  validate(manifest.architecture, where);
  JsonObject(object.get("preprocessing"), "preprocessing", where);
  JsonObject(object.get("provenance"), "provenance", where);
  manifest.provenance = object.get("provenance").dump();
  manifest.licence = object.string("licence");

  const Json& files = object.get("files");
  JsonObject(files, "files", where);
  const std::set<std::string> expected = {kTextName, kVqganName, kDecoderName,
                                          vocabulary_name(manifest.architecture.text.tokenizer)};
  for (const auto& [name, value] : files.items()) {
    // No path is ever built from a name in the manifest: only these four are accepted.
    if (expected.count(name) == 0) {
      fail(Status::format, "{}: file {} is none of a bundle's: {}", where, in_quotes(name),
           fmt::join(expected, ", "));
    }
    manifest.files[name] = read_record(value, name, where);
  }
  for (const std::string& name : expected) {
    if (manifest.files.count(name) == 0)
      fail(Status::format, "{}: file {} is not listed", where, in_quotes(name));
  }
  object.finish();
  return manifest;
}

}  // namespace raygen::engine
