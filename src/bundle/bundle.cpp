#include "bundle/bundle.hpp"

#include "bundle/bundle_writer.hpp"
#include "bundle/manifest.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <set>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kMaxVocabularyBytes = std::uint64_t{256} << 20;
constexpr std::size_t kHashChunk = std::size_t{8} << 20;

bool is_weight_type(at::ScalarType type) {
  return type == at::kFloat || type == at::kHalf || type == at::kBFloat16;
}

/// The file itself lies in the folder: a link that leads out of it is not followed.
fs::path file_inside(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / name;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) fail(Status::io, "cannot open {}: {}", path.string(), error.message());
  const fs::path home = fs::canonical(folder, error);
  if (error || real.parent_path() != home)
    fail(Status::format, "{} leads out of the bundle, to {}", path.string(), real.string());
  return path;
}

/// Pages are let go as they are summed: checking a model must not count as memory in use.
std::string hash_file(const MappedFile& file) {
  Sha256 sum;
  for (std::size_t at = 0; at < file.size(); at += kHashChunk) {
    const std::size_t bytes = std::min(kHashChunk, file.size() - at);
    sum.update(file.data() + at, bytes);
    file.release(at, bytes);
  }
  return sum.hex();
}

void verify_sum(const fs::path& path, const FileRecord& record, std::uint64_t max_bytes) {
  const std::string sum = hash_file(*MappedFile::open(path, max_bytes));
  if (sum != record.sha256)
    fail(Status::format, "{}: SHA-256 is {}, the manifest says {}", path.string(), sum,
         record.sha256);
}

void verify_sums(const fs::path& folder, const Manifest& manifest, const Limits& limits) {
  std::vector<std::future<void>> checks;
  for (const auto& [name, record] : manifest.files) {
    checks.push_back(std::async(
        std::launch::async, [path = folder / name, record = record, most = limits.max_file_bytes] {
          verify_sum(path, record, most);
        }));
  }
  for (auto& check : checks) check.get();
}

std::string shape_text(at::IntArrayRef shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

void check_weights(const SafetensorsFile& file, const std::vector<TensorSpec>& specs) {
  const std::string where = file.path().string();
  std::set<std::string> known;
  for (const TensorSpec& spec : specs) {
    known.insert(spec.name);
    const auto found = file.entries().find(spec.name);
    if (found == file.entries().end()) {
      fail(Status::format, "{}: tensor {} of shape {} is missing", where, in_quotes(spec.name),
           shape_text(spec.shape));
    }
    if (found->second.shape != spec.shape) {
      fail(Status::format, "{}: tensor {} has the shape {}, the architecture asks for {}", where,
           in_quotes(spec.name), shape_text(found->second.shape), shape_text(spec.shape));
    }
    if (!is_weight_type(found->second.dtype)) {
      fail(Status::format, "{}: tensor {} is {}, expected F32, F16 or BF16", where,
           in_quotes(spec.name), safetensors_dtype(found->second.dtype));
    }
  }
  for (const auto& [name, entry] : file.entries()) {
    if (known.count(name) == 0)
      fail(Status::format, "{}: tensor {} is unknown to the architecture", where, in_quotes(name));
  }
}

void write_part(BundleWriter& writer, const char* name, const std::vector<TensorSpec>& specs,
                const TensorMap& tensors, const Job* job) {
  std::vector<SafetensorsWriter::Item> items;
  for (const TensorSpec& spec : specs) {
    const auto found = tensors.find(spec.name);
    if (found == tensors.end())
      fail(Status::format, "{}: tensor {} is missing", name, in_quotes(spec.name));
    const at::Tensor& tensor = found->second;
    if (tensor.sizes() != at::IntArrayRef(spec.shape)) {
      fail(Status::format, "{}: tensor {} has the shape {}, the architecture asks for {}", name,
           in_quotes(spec.name), shape_text(tensor.sizes()), shape_text(spec.shape));
    }
    if (!is_weight_type(tensor.scalar_type())) {
      fail(Status::format, "{}: tensor {} is {}, expected float32, float16 or bfloat16", name,
           in_quotes(spec.name), c10::toString(tensor.scalar_type()));
    }
    items.push_back({spec, tensor.scalar_type()});
  }
  if (tensors.size() != specs.size()) {
    std::set<std::string> known;
    for (const TensorSpec& spec : specs) known.insert(spec.name);
    for (const auto& [key, tensor] : tensors) {
      if (known.count(key) == 0)
        fail(Status::format, "{}: tensor {} is unknown to the architecture", name, in_quotes(key));
    }
  }
  writer.add_weights(name, items, [&](const SafetensorsWriter::Item& item) {
    check_cancelled(job);
    return tensors.at(item.spec.name);
  });
}

}  // namespace

Bundle open_bundle(const fs::path& path, const Limits& limits, bool verify) {
  std::error_code error;
  if (!fs::exists(path, error)) fail(Status::io, "{} does not exist", path.string());
  if (!fs::is_directory(path, error))
    fail(Status::io, "{} is not a folder; a model is a folder with {}", path.string(),
         kManifestName);
  if (!fs::exists(path / kManifestName, error))
    fail(Status::format, "{} is not a model: it has no {}", path.string(), kManifestName);

  Bundle bundle;
  bundle.path = path;
  const fs::path manifest_path = file_inside(path, kManifestName);
  bundle.manifest =
      MappedFile::open(manifest_path, std::min(limits.max_file_bytes, kMaxManifestBytes))->text();
  bundle.digest = sha256_hex(bundle.manifest);
  const Manifest manifest = parse_manifest(bundle.manifest, manifest_path.string());
  bundle.architecture = manifest.architecture;

  std::uint64_t total = 0;
  for (const auto& [name, record] : manifest.files) {
    const std::uint64_t bytes = fs::file_size(file_inside(path, name), error);
    if (error) fail(Status::io, "cannot read {}: {}", (path / name).string(), error.message());
    if (bytes != record.bytes) {
      fail(Status::format, "{} has {} bytes, the manifest says {}", (path / name).string(), bytes,
           record.bytes);
    }
    total += std::min(bytes, limits.max_memory_bytes);  // cannot overflow: four files
  }
  if (total > limits.max_memory_bytes) {
    fail(Status::limit, "{}: the model's files have {} bytes, the limit is {}", path.string(),
         total, limits.max_memory_bytes);
  }
  if (verify) verify_sums(path, manifest, limits);

  bundle.text = SafetensorsFile::open(path / kTextName, limits);
  bundle.vqgan = SafetensorsFile::open(path / kVqganName, limits);
  bundle.decoder = SafetensorsFile::open(path / kDecoderName, limits);
  check_weights(*bundle.text, tensor_specs(bundle.architecture.text));
  check_weights(*bundle.vqgan, tensor_specs(bundle.architecture.vqgan));
  check_weights(*bundle.decoder, tensor_specs(bundle.architecture.decoder));
  const fs::path vocabulary = path / vocabulary_name(bundle.architecture.text.tokenizer);
  bundle.vocabulary =
      MappedFile::open(vocabulary, std::min(limits.max_file_bytes, kMaxVocabularyBytes))->text();
  return bundle;
}

void write_bundle(const fs::path& path, const BundleContents& contents, bool overwrite,
                  const Job* job) {
  validate(contents.architecture, path.string());
  Manifest manifest;
  manifest.architecture = contents.architecture;
  manifest.licence = contents.licence;
  if (!contents.provenance.empty()) manifest.provenance = contents.provenance;
  JsonObject(parse_json(manifest.provenance, "provenance"), "", "provenance");

  BundleWriter writer(path, overwrite);
  write_part(writer, kTextName, tensor_specs(contents.architecture.text), contents.text, job);
  write_part(writer, kVqganName, tensor_specs(contents.architecture.vqgan), contents.vqgan, job);
  write_part(writer, kDecoderName, tensor_specs(contents.architecture.decoder), contents.decoder,
             job);
  writer.add_file(vocabulary_name(contents.architecture.text.tokenizer), contents.vocabulary);
  writer.commit(std::move(manifest));
}

}  // namespace raygen::engine
