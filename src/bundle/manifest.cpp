#include "bundle/manifest.hpp"

#include "bundle/version_1.hpp"
#include "error.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

namespace raygen::engine {

namespace {

constexpr std::int64_t kFormatVersion = 2;

nlohmann::ordered_json records_json(const FileRecords& files) {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const auto& [name, record] : files)
    all[name] = {{"sha256", record.sha256}, {"bytes", record.bytes}};
  return all;
}

nlohmann::ordered_json part_json(const Manifest::Part& part) {
  nlohmann::ordered_json all = {{"architecture", part.architecture->to_json()}};
  nlohmann::ordered_json preprocessing = part.architecture->preprocessing();
  if (!preprocessing.is_null()) all["preprocessing"] = std::move(preprocessing);
  all["files"] = records_json(part.files);
  return all;
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

/// No path is ever built from a name in the manifest: only `possible` ones are accepted.
FileRecords read_records(const Json& value, const std::string& name,
                         const std::set<std::string>& possible, const std::string& where) {
  JsonObject(value, name, where);
  FileRecords files;
  for (const auto& [file, record] : value.items()) {
    if (possible.count(file) == 0) {
      fail(Status::format, "{}: file {} is none of {}: {}", where, in_quotes(file), in_quotes(name),
           fmt::join(possible, ", "));
    }
    files[file] = read_record(record, file, where);
  }
  return files;
}

Manifest::Part read_part(const std::shared_ptr<PartArchitecture>& architecture, const Json& value,
                         const std::string& where) {
  const std::string name = std::string("parts.") + architecture->part();
  JsonObject object(value, name, where);
  architecture->read_json(object.get("architecture"), object.path("architecture"), where);
  if (object.contains("preprocessing"))
    JsonObject(object.get("preprocessing"), object.path("preprocessing"), where);
  std::set<std::string> expected = {architecture->weights_file()};
  for (const std::string& file : architecture->further_files()) expected.insert(file);
  Manifest::Part part{architecture,
                      read_records(object.get("files"), object.path("files"), expected, where)};
  for (const std::string& file : expected) {
    if (part.files.count(file) == 0)
      fail(Status::format, "{}: file {} is not listed in {}", where, in_quotes(file),
           in_quotes(object.path("files")));
  }
  object.finish();
  return part;
}

/// As version 2 has it.
Json read_versions(const std::string& json, const std::string& where) {
  Json all = parse_json(json, where);
  JsonObject object(all, "", where);
  if (const std::string format = object.string("format"); format != "raygen")
    fail(Status::format, "{}: format is {}, expected 'raygen'", where, in_quotes(format));
  const std::int64_t version = object.integer("format_version");
  check_format_version(version, kFormatVersion, "format_version", where);
  return version == 1 ? from_version_1(all, where) : all;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  for (const Manifest::Part& part : manifest.parts)
    parts[part.architecture->part()] = part_json(part);
  nlohmann::ordered_json all = {{"format", "raygen"},
                                {"format_version", kFormatVersion},
                                {"parts", parts},
                                {"provenance", nlohmann::ordered_json::parse(manifest.provenance)},
                                {"licence", manifest.licence}};
  if (!manifest.files.empty()) all["files"] = records_json(manifest.files);
  return json_text(all, 2) + "\n";
}

Manifest parse_manifest(const std::string& json, const PartTypes& types, const std::string& where) {
  const Json all = read_versions(json, where);
  JsonObject object(all, "", where);
  object.get("format");
  object.get("format_version");
  Manifest manifest;
  Parts parts;
  const Json& named = object.get("parts");
  for (const auto& part : parts_named(named, types, "parts", where)) {
    manifest.parts.push_back(read_part(part, named.at(part->part()), where));
    parts.push_back(part);
  }
  validate(parts, where);
  JsonObject(object.get("provenance"), "provenance", where);
  manifest.provenance = json_text(object.get("provenance"));
  manifest.licence = object.string("licence");
  if (object.contains("files"))
    manifest.files = read_records(object.get("files"), "files", {kGenerationConfigName}, where);
  object.finish();
  return manifest;
}

std::set<std::string> listed_files(const std::string& json) {
  std::set<std::string> names;
  const auto add = [&](const Json& object) {
    if (!object.is_object() || !object.contains("files")) return;
    for (const auto& [name, record] : object.at("files").items()) names.insert(name);
  };
  try {
    const Json all = parse_json(json, kManifestName);
    add(all);
    if (all.is_object() && all.contains("parts"))
      for (const Json& part : all.at("parts")) add(part);
  } catch (const Error&) {
    return {};
  }
  return names;
}

}  // namespace raygen::engine
