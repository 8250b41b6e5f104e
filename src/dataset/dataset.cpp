#include "dataset/dataset.hpp"

#include "dataset/csv_table.hpp"
#include "dataset/demographics.hpp"
#include "dataset/format.hpp"
#include "dataset/patient_splits.hpp"
#include "error.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "storage/number.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"
#include "storage/utf8.hpp"

#include <ATen/core/Tensor.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace raygen::engine {
namespace {

struct Manifest {
  std::int64_t resolution = 0, count = 0;
  std::array<std::int64_t, 3> splits{};
  std::vector<std::string> labels;
  struct Shard {
    std::int64_t rows, bytes;
  };
  std::vector<Shard> shards;
};

Manifest read_manifest(const std::filesystem::path& path, const Limits& limits) {
  const std::string where = path.string();
  const auto file = MappedFile::open(path, limits.max_file_bytes);
  const Json json = parse_json(file->text(), where);
  JsonObject object(json, "", where);
  if (const std::string name = object.string("format"); name != format::name)
    fail(Status::format, "{}: \"format\" is {}, expected \"{}\"", where, in_quotes(name),
         format::name);
  check_format_version(object.integer("version"), format::version, "version", where);
  if (const std::int64_t channels = object.integer("channels"); channels != 1)
    fail(Status::unsupported, "{}: \"channels\" is {}, this program reads 1", where, channels);

  Manifest manifest;
  manifest.resolution = object.integer("resolution");
  if (manifest.resolution < 1 || manifest.resolution > format::max_resolution)
    fail(Status::format, "{}: \"resolution\" is {}, expected 1 to {}", where, manifest.resolution,
         format::max_resolution);
  manifest.count = object.integer("count");
  JsonObject splits(object.get("splits"), "splits", where);
  for (const Split split : {Split::train, Split::val, Split::test})
    manifest.splits[static_cast<std::size_t>(split)] =
        splits.integer(std::string(split_name(split)));
  splits.finish();
  const Json& labels = object.get("labels");
  if (!labels.is_array()) fail(Status::format, "{}: \"labels\" is not a list", where);
  for (const Json& label : labels) {
    if (!label.is_string())
      fail(Status::format, "{}: \"labels\" holds {}, strings were expected", where,
           in_quotes(json_text(label)));
    manifest.labels.push_back(label.get<std::string>());
  }
  const Json& shards = object.get("shards");
  if (!shards.is_array()) fail(Status::format, "{}: \"shards\" is not a list", where);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    JsonObject shard(shards[i], formatted("shards[{}]", i), where);
    manifest.shards.push_back({shard.integer("rows"), shard.integer("bytes")});
    shard.string("sha256");
    shard.finish();
  }
  object.get("skipped");
  object.get("preparation");
  object.finish();
  return manifest;
}

std::shared_ptr<SafetensorsFile> open_shard(const std::filesystem::path& path,
                                            const Manifest& manifest, std::size_t number,
                                            const Limits& limits) {
  const auto& [rows, bytes] = manifest.shards[number];
  auto file = SafetensorsFile::open(path, limits);
  if (file->size() != static_cast<std::uint64_t>(bytes))
    fail(Status::format, "{}: {} bytes, {} says {}", path.string(), file->size(),
         format::manifest_file, bytes);
  const auto found = file->entries().begin();
  if (file->entries().size() != 1 || found->first != format::pixels_tensor)
    fail(Status::format, "{}: {} tensors, expected one, \"{}\"", path.string(),
         file->entries().size(), format::pixels_tensor);
  const std::vector<std::int64_t> expected{rows, manifest.resolution, manifest.resolution};
  if (found->second.dtype != at::kByte || found->second.shape != expected) {
    fail(Status::format, "{}: tensor \"{}\" is {} [{}], expected U8 [{}]", path.string(),
         format::pixels_tensor, c10::toString(found->second.dtype),
         fmt::join(found->second.shape, ", "), fmt::join(expected, ", "));
  }
  return file;
}

std::string sex_in(const std::string& cell, const std::string& where) {
  if (!cell.empty() && cell != "F" && cell != "M")
    fail(Status::format, "{}: the sex is {}, expected F, M or nothing", where, in_quotes(cell));
  return cell;
}

std::optional<double> age_in(const std::string& cell, const std::string& where) {
  double age = 0;
  if (cell.empty()) return std::nullopt;
  if (!parse_number(cell, age) || !(age >= 0 && age <= max_age))
    fail(Status::format, "{}: the age is {}, expected 0 to {} years or nothing", where,
         in_quotes(cell), max_age);
  return age;
}

std::uint32_t number_of(const std::string& text, std::string_view column, std::uint64_t count,
                        const std::string& where) {
  std::uint32_t value = 0;
  if (!parse_number(text, value) || value >= count)
    fail(Status::format, "{}: {} is {}, expected 0 to {}", where, column, in_quotes(text),
         static_cast<std::int64_t>(count) - 1);
  return value;
}

}  // namespace

std::string_view split_name(Split split) {
  static constexpr std::string_view names[] = {"train", "val", "test"};
  return names[static_cast<std::size_t>(split)];
}

Split split_of(std::string_view name, const std::string& where) {
  const std::string lower = ascii_lower(name);
  if (lower == "train" || lower == "training") return Split::train;
  if (lower == "val" || lower == "valid" || lower == "validate" || lower == "validation")
    return Split::val;
  if (lower == "test" || lower == "testing") return Split::test;
  fail(Status::format, "{}: the split is {}, expected \"train\", \"val\" or \"test\"", where,
       in_quotes(name));
}

std::string format::join_findings(const std::vector<std::string>& findings) {
  return formatted("{}", fmt::join(findings, std::string_view(&findings_separator, 1)));
}

std::vector<std::string> format::split_findings(std::string_view text) {
  std::vector<std::string> findings;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(findings_separator), text.size());
    if (std::string finding(trimmed(text.substr(0, end))); !finding.empty())
      findings.push_back(std::move(finding));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return findings;
}

Dataset Dataset::open(const std::filesystem::path& folder, const Limits& limits) {
  const std::filesystem::path manifest_path = folder / format::manifest_file;
  const Manifest manifest = read_manifest(manifest_path, limits);
  Dataset dataset;
  dataset.folder_ = folder;
  dataset.resolution_ = manifest.resolution;
  dataset.labels_ = manifest.labels;
  // One flag a row of each shard: no two records may share a row, none may be left over.
  std::vector<std::vector<bool>> used;
  std::int64_t rows = 0;
  for (std::size_t i = 0; i < manifest.shards.size(); ++i) {
    dataset.shards_.push_back(open_shard(folder / format::shard_file(i), manifest, i, limits));
    used.emplace_back(static_cast<std::size_t>(manifest.shards[i].rows));
    rows += manifest.shards[i].rows;
  }
  if (rows != manifest.count)
    fail(Status::format, "{}: the shards have {} rows, \"count\" is {}", manifest_path.string(),
         rows, manifest.count);

  const std::unordered_set<std::string> labels(manifest.labels.begin(), manifest.labels.end());
  std::unordered_set<std::string> ids;
  PatientSplits patients;
  CsvTable table(folder / format::records_file, limits);
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < format::columns_without_sex_and_age; ++i)
    columns.push_back(table.column(format::records_header[i]));
  const auto sex = table.find_column({"sex"}), age = table.find_column({"age"});
  while (table.next()) {
    const std::string& where = table.where();
    const auto cell = [&](std::size_t i) -> const std::string& { return table.field(columns[i]); };
    Record record{
        cell(0), cell(1), split_of(cell(2), where), cell(3), format::split_findings(cell(4)),
        cell(5)};
    if (sex) record.sex = sex_in(table.field(*sex), where);
    if (age) record.age = age_in(table.field(*age), where);
    if (!ids.insert(record.id).second)
      fail(Status::format, "{}: the id {} is taken by a row above", where, in_quotes(record.id));
    patients.place(record, table.where(), formatted("line {}", table.line()));
    for (const std::string& finding : record.findings) {
      if (!labels.contains(finding))
        fail(Status::format, "{}: the finding {} is not among the labels of {}", where,
             in_quotes(finding), format::manifest_file);
    }
    const std::uint32_t shard = number_of(cell(6), "shard", used.size(), where);
    const std::uint32_t row = number_of(cell(7), "row", used[shard].size(), where);
    if (used[shard][row])
      fail(Status::format, "{}: row {} of shard {} is taken by a row above", where, row, shard);
    used[shard][row] = true;
    dataset.indices_[static_cast<std::size_t>(record.split)].push_back(dataset.records_.size());
    dataset.records_.push_back(std::move(record));
    dataset.places_.push_back({shard, row});
  }
  if (dataset.size() != static_cast<std::uint64_t>(manifest.count)) {
    fail(Status::format, "{}: {} rows, {} says {}", (folder / format::records_file).string(),
         dataset.size(), format::manifest_file, manifest.count);
  }
  for (const Split split : {Split::train, Split::val, Split::test}) {
    const std::int64_t expected = manifest.splits[static_cast<std::size_t>(split)];
    if (dataset.indices(split).size() != static_cast<std::uint64_t>(expected)) {
      fail(Status::format, "{}: {} images of the split \"{}\", {} says {}",
           (folder / format::records_file).string(), dataset.indices(split).size(),
           split_name(split), format::manifest_file, expected);
    }
  }
  for (const auto& [name, file] :
       {std::pair{"dataset", format::manifest_file}, std::pair{"records", format::records_file}}) {
    const auto bytes = MappedFile::open(folder / file, limits.max_file_bytes);
    dataset.sums_.emplace_back(name, sha256_hex(bytes->text()));
  }
  return dataset;
}

const Record& Dataset::record(std::size_t i) const {
  if (i >= size())
    fail(Status::invalid_argument, "image {} of a dataset of {} was asked for", i, size());
  return records_[i];
}

std::span<const std::uint8_t> Dataset::pixels(std::size_t i) const {
  if (i >= size())
    fail(Status::invalid_argument, "image {} of a dataset of {} was asked for", i, size());
  const auto [shard, row] = places_[i];
  const SafetensorsFile& file = *shards_[shard];
  file.expect_whole();
  const auto image_bytes = static_cast<std::size_t>(resolution_ * resolution_);
  const std::size_t offset = file.entries().begin()->second.offset + row * image_bytes;
  return {reinterpret_cast<const std::uint8_t*>(file.data() + offset), image_bytes};
}

}  // namespace raygen::engine
