#include "memorisation/training_index.hpp"

#include "bundle/manifest.hpp"
#include "error.hpp"
#include "memorisation/index_format.hpp"
#include "memorisation/thumbnail.hpp"
#include "model/model.hpp"
#include "model/parts.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"
#include "storage/utf8.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

bool is_sha256(const std::string& text) {
  return text.size() == 2 * index_format::hash_bytes &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string checked_sha256(JsonObject& object, const std::string& key) {
  std::string value = object.string(key);
  if (!is_sha256(value))
    fail(Status::format, "{}: {} is {}, expected 64 lower-case hex digits", object.where(), key,
         in_quotes(value));
  return value;
}

std::int64_t checked_count(JsonObject& object, const std::string& key, std::int64_t least,
                           std::int64_t most) {
  const std::int64_t value = object.integer(key);
  if (value < least || value > most)
    fail(Status::format, "{}: {} is {}, expected {} to {}", object.where(), object.path(key), value,
         least, most);
  return value;
}

double checked_number(JsonObject& object, const std::string& key, double most) {
  const double value = object.number(key);
  if (!(value >= 0 && value <= most))
    fail(Status::format, "{}: {} is {}, expected 0 to {}", object.where(), object.path(key), value,
         most);
  return value;
}

NearnessThresholds read_thresholds(const Json& value, const std::string& where) {
  JsonObject object(value, "thresholds", where);
  const NearnessThresholds thresholds{checked_number(object, "agreement", 1),
                                      checked_number(object, "distance", 1e6),
                                      checked_number(object, "ratio", 1)};
  object.finish();
  return thresholds;
}

TrainingIndexManifest read_manifest(const std::string& text, const std::string& where) {
  const Json json = parse_json(text, where);
  JsonObject object(json, "", where);
  if (const std::string format = object.string("format"); format != index_format::name)
    fail(Status::format, "{}: its format is {}, expected \"{}\"", where, in_quotes(format),
         index_format::name);
  check_format_version(object.integer("version"), index_format::version, "version", where);
  TrainingIndexManifest manifest;
  manifest.generator = object.string("generator");
  manifest.tokenizer_sha256 = checked_sha256(object, "tokenizer_sha256");
  manifest.extractor = object.string("extractor");
  if (manifest.extractor != kThumbnailExtractor)
    fail(Status::unsupported, "{}: its features are of the extractor {}; this library knows \"{}\"",
         where, in_quotes(manifest.extractor), kThumbnailExtractor);
  manifest.images = checked_count(object, "images", 2, INT64_MAX);
  manifest.grid = checked_count(object, "grid", 1, index_format::most_grid);
  manifest.codebook = checked_count(object, "codebook", 1, index_format::most_codes);
  manifest.resolution = checked_count(object, "resolution", 1, index_format::most_resolution);
  manifest.held_out = checked_count(object, "held_out", 1, INT64_MAX);
  manifest.quantile = checked_number(object, "quantile", 1);
  manifest.thresholds = read_thresholds(object.get("thresholds"), where);
  manifest.named = object.boolean("named");
  manifest.salt = checked_sha256(object, "salt");
  object.finish();
  return manifest;
}

/// The tensor is there, of this type, and has this many rows and columns; 0: of any number.
at::Tensor checked_table(const SafetensorsFile& file, const char* name, at::ScalarType type,
                         std::int64_t rows, std::int64_t columns) {
  const std::string where = file.path().string();
  const auto found = file.entries().find(name);
  if (found == file.entries().end())
    fail(Status::format, "{}: there is no tensor \"{}\"", where, name);
  const SafetensorsFile::Entry& entry = found->second;
  if (entry.dtype != type || entry.shape.size() != 2 || entry.shape[0] != rows ||
      (columns != 0 && entry.shape[1] != columns) || entry.shape[1] < 1)
    fail(Status::format, "{}: the tensor \"{}\" is no table of {} [{},{}]", where, name,
         c10::toString(type), rows, columns == 0 ? "n" : formatted("{}", columns));
  return file.tensor(name);
}

void check_tokens(const at::Tensor& tokens, std::int64_t codebook, const std::string& where) {
  const auto* const first = tokens.const_data_ptr<std::uint16_t>();
  const auto* const end = first + tokens.numel();
  const auto* const bad =
      std::find_if(first, end, [&](std::uint16_t token) { return token >= codebook; });
  if (bad != end)
    fail(Status::format, "{}: row {} of \"tokens\" holds {}; codes below {} were expected", where,
         (bad - first) / tokens.size(1), *bad, codebook);
}

void check_finite_rows(const at::Tensor& features, const std::string& where) {
  const auto* const first = features.const_data_ptr<float>();
  const auto* const end = first + features.numel();
  const auto* const bad =
      std::find_if(first, end, [](float value) { return !std::isfinite(value); });
  if (bad != end)
    fail(Status::format, "{}: row {} of \"features\" holds NaN or infinity", where,
         (bad - first) / features.size(1));
}

std::string_view bytes_of_row(const at::Tensor& ids, std::int64_t row) {
  return {reinterpret_cast<const char*>(ids.const_data_ptr<std::uint8_t>()) + row * ids.size(1),
          static_cast<std::size_t>(ids.size(1))};
}

/// Names are filled up with zeros.
std::string_view name_of_row(const at::Tensor& ids, std::int64_t row) {
  const std::string_view bytes = bytes_of_row(ids, row);
  return bytes.substr(0, std::min(bytes.find('\0'), bytes.size()));
}

void check_names(const at::Tensor& ids, const std::string& where) {
  for (std::int64_t row = 0; row < ids.size(0); ++row) {
    const std::string_view name = name_of_row(ids, row);
    if (name.empty() || !utf8::is_valid(name) ||
        bytes_of_row(ids, row).find_first_not_of('\0', name.size()) != std::string_view::npos)
      fail(Status::format, "{}: row {} of \"ids\" is no name of UTF-8 and zeros", where, row);
  }
}

}  // namespace

std::string to_json(const TrainingIndexManifest& manifest) {
  nlohmann::ordered_json json;
  json["format"] = index_format::name;
  json["version"] = index_format::version;
  json["generator"] = manifest.generator;
  json["tokenizer_sha256"] = manifest.tokenizer_sha256;
  json["extractor"] = manifest.extractor;
  json["images"] = manifest.images;
  json["grid"] = manifest.grid;
  json["codebook"] = manifest.codebook;
  json["resolution"] = manifest.resolution;
  json["held_out"] = manifest.held_out;
  json["quantile"] = manifest.quantile;
  json["thresholds"] = {{"agreement", manifest.thresholds.agreement},
                        {"distance", manifest.thresholds.distance},
                        {"ratio", manifest.thresholds.ratio}};
  json["named"] = manifest.named;
  json["salt"] = manifest.salt;
  return json_text(json);
}

std::string hashed_id(const std::string& salt, std::string_view id) {
  return sha256_hex(salt + std::string(id));
}

std::string tokenizer_sha256(const Model& model) {
  const Bundle& bundle = model.bundle();
  const Manifest manifest = parse_manifest(bundle.manifest, part_types(), bundle.where);
  for (const Manifest::Part& part : manifest.parts) {
    if (part.architecture->part() == std::string_view(VqganArchitecture::kPart))
      return part.files.at(part.architecture->weights_file()).sha256;
  }
  fail(Status::unsupported, "{}: the model has no VQ-GAN, whose tokens an index is of",
       bundle.where);
}

std::shared_ptr<const TrainingIndex> TrainingIndex::open(const std::filesystem::path& path,
                                                         const Limits& limits) {
  const std::string where = path.string();
  const std::shared_ptr<const SafetensorsFile> file = SafetensorsFile::open(path, limits);
  const auto text = file->metadata().find(index_format::metadata_key);
  if (text == file->metadata().end())
    fail(Status::format, "{}: its metadata has no \"{}\": it is no index of a training set", where,
         index_format::metadata_key);
  auto index = std::shared_ptr<TrainingIndex>(new TrainingIndex);
  const TrainingIndexManifest manifest = read_manifest(text->second, where);
  index->images_ = {
      checked_table(*file, index_format::tokens, at::kUInt16, manifest.images,
                    manifest.grid * manifest.grid),
      checked_table(*file, index_format::features, at::kFloat, manifest.images, kThumbnailSize),
      manifest.grid};
  check_tokens(index->images_.tokens, manifest.codebook, where);
  check_finite_rows(index->images_.features, where);
  const at::Tensor ids = checked_table(*file, index_format::ids, at::kByte, manifest.images,
                                       manifest.named ? 0 : index_format::hash_bytes);
  if (ids.size(1) > index_format::most_name_bytes)
    fail(Status::limit, "{}: ids of {} bytes; at most {} are accepted", where, ids.size(1),
         index_format::most_name_bytes);
  if (manifest.named) check_names(ids, where);
  if (file->entries().size() != 3)
    fail(Status::format, "{}: it has {} tensors; \"{}\", \"{}\" and \"{}\" were expected", where,
         file->entries().size(), index_format::tokens, index_format::features, index_format::ids);
  index->digest_ = sha256_hex({reinterpret_cast<const char*>(file->data()), file->size()});
  index->manifest_ = manifest;
  index->file_ = file;
  return index;
}

at::Tensor TrainingIndex::id_bytes(std::int64_t row) const {
  if (row < 0 || row >= manifest_.images)
    fail(Status::invalid_argument, "row {} of an index of {} images was asked for", row,
         manifest_.images);
  return file_->tensor(index_format::ids).narrow(0, row, 1);
}

std::string TrainingIndex::name(std::int64_t row) const {
  const at::Tensor bytes = id_bytes(row);
  return manifest_.named ? std::string(name_of_row(bytes, 0)) : std::string();
}

std::string TrainingIndex::hash(std::int64_t row) const {
  if (manifest_.named) return hashed_id(manifest_.salt, name(row));
  const at::Tensor bytes = id_bytes(row);
  std::string hex;
  for (const char byte : bytes_of_row(bytes, 0))
    hex += formatted("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  return hex;
}

void TrainingIndex::check_model(const Model& model) const {
  const auto& vqgan = model.architecture<VqganArchitecture>();
  const std::string own = tokenizer_sha256(model);
  if (own != manifest_.tokenizer_sha256 || vqgan.grid() != manifest_.grid ||
      vqgan.codebook != manifest_.codebook || vqgan.resolution != manifest_.resolution)
    fail(Status::invalid_argument,
         "{}: the index is of tokens of the VQ-GAN {}, and the model {} has the VQ-GAN {} (SHA-256 "
         "of its weights)",
         file_->path().string(), manifest_.tokenizer_sha256, model.bundle().where, own);
}

NearestTraining TrainingIndex::nearest_training(std::span<const std::int32_t> tokens,
                                                const Image& image) const {
  if (static_cast<std::int64_t>(tokens.size()) != images_.tokens.size(1))
    fail(Status::invalid_argument, "the image has {} tokens, those of the index {}", tokens.size(),
         images_.tokens.size(1));
  const at::Tensor own = at::empty({1, images_.tokens.size(1)}, at::kUInt16);
  auto* const codes = own.mutable_data_ptr<std::uint16_t>();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || tokens[i] >= manifest_.codebook)
      fail(Status::invalid_argument, "token {} is {}; 0 to {} was expected", i, tokens[i],
           manifest_.codebook - 1);
    codes[i] = static_cast<std::uint16_t>(tokens[i]);
  }
  const at::Tensor features = shifted_thumbnails(grey_pixels(image));
  if (!features.isfinite().all().item<bool>())
    fail(Status::invalid_argument, "the image's pixels hold NaN or infinity");
  file_->expect_whole();
  NearestTraining result;
  static_cast<Nearness&>(result) = nearness({own, features}, images_)[0];
  result.nearest_hash = hash(result.nearest);
  result.most_alike_hash = hash(result.most_alike);
  result.too_near = is_too_near(result, manifest_.thresholds);
  return result;
}

}  // namespace raygen::engine
