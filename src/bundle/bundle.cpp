#include "bundle/bundle.hpp"

#include "bundle/bundle_writer.hpp"
#include "bundle/manifest.hpp"
#include "bundle/tensor_specs.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxGenerationConfigBytes = std::uint64_t{64} << 10;
constexpr std::uint64_t kMaxFurtherFileBytes = std::uint64_t{256} << 20;
constexpr std::size_t kHashChunk = std::size_t{8} << 20;

/// Pages are let go as they are summed: checking a model must not count as memory in use.
std::string hash_file(const MappedFile& file) {
  Sha256 sum;
  for (std::size_t at = 0; at < file.size(); at += kHashChunk) {
    const std::size_t bytes = std::min(kHashChunk, file.size() - at);
    file.expect_whole();
    sum.update(file.data() + at, bytes);
    file.release(at, bytes);
  }
  return sum.hex();
}

/// A file that the manifest lists, open: what is summed is what is used.
struct ListedFile {
  std::shared_ptr<const MappedFile> file;
  FileRecord record;
};
using ListedFiles = std::map<std::string, ListedFile>;

/// In the threads that the caller has set, a file at a time each, the largest first.
void verify_sums(const ListedFiles& files) {
  struct Check {
    const ListedFile* listed;
    std::string sum;
  };
  std::vector<Check> checks;
  for (const auto& [name, listed] : files) checks.push_back({&listed, {}});
  std::stable_sort(checks.begin(), checks.end(), [](const Check& a, const Check& b) {
    return a.listed->file->size() > b.listed->file->size();
  });
  const auto count = static_cast<std::int64_t>(checks.size());
  std::atomic<std::size_t> next{0};
  at::parallel_for(0, count, 1, [&](std::int64_t, std::int64_t) {
    for (std::size_t i = next++; i < checks.size(); i = next++)
      checks[i].sum = hash_file(*checks[i].listed->file);
  });
  for (const auto& [listed, sum] : checks) {
    if (sum != listed->record.sha256)
      fail(Status::format, "{}: SHA-256 is {}, the manifest says {}", listed->file->path().string(),
           sum, listed->record.sha256);
  }
}

ListedFiles open_files(const FileSource& source, const Manifest& manifest, const Limits& limits) {
  ListedFiles files;
  std::uint64_t total = 0;
  const auto open = [&](const std::string& name, const FileRecord& record,
                        std::uint64_t max_bytes) {
    const auto file = source.open(name, std::min(limits.max_file_bytes, max_bytes));
    if (file->size() != record.bytes) {
      fail(Status::format, "{} has {} bytes, the manifest says {}", file->path().string(),
           file->size(), record.bytes);
    }
    total += std::min<std::uint64_t>(file->size(), limits.max_memory_bytes);  // cannot overflow: a
                                                                              // few files
    files[name] = {file, record};
  };
  for (const Manifest::Part& part : manifest.parts) {
    for (const auto& [name, record] : part.files) {
      const bool weights = name == part.architecture->weights_file();
      open(name, record, weights ? limits.max_file_bytes : kMaxFurtherFileBytes);
    }
  }
  for (const auto& [name, record] : manifest.files) open(name, record, kMaxGenerationConfigBytes);
  if (total > limits.max_memory_bytes) {
    fail(Status::limit, "{}: the model's files have {} bytes, the limit is {}", source.where(),
         total, limits.max_memory_bytes);
  }
  return files;
}

BundlePart open_part(const Manifest::Part& part, const ListedFiles& files) {
  BundlePart opened;
  opened.architecture = part.architecture;
  opened.weights = SafetensorsFile::open(files.at(part.architecture->weights_file()).file);
  const std::string where = opened.weights->path().string();
  const TensorForms forms = forms_of(*opened.weights);
  check_stored(part.architecture->tensor_specs(), forms, where);
  for (const std::string& name : part.architecture->further_files())
    opened.files[name] = files.at(name).file->text();
  return opened;
}

void write_part(BundleWriter& writer, const PartContents& part, const Job* job) {
  const std::string where = part.architecture->weights_file();
  const std::vector<TensorSpec> specs = part.architecture->tensor_specs();
  const TensorForms forms = forms_of(part.tensors);
  check_stored(specs, forms, where);
  std::vector<SafetensorsWriter::Item> items;
  for (const TensorSpec& spec : stored_specs(specs, forms))
    items.push_back({spec, forms.at(spec.name).type});
  writer.add_part(part.architecture, items, part.files, [&](const SafetensorsWriter::Item& item) {
    check_cancelled(job);
    return part.tensors.at(item.spec.name);
  });
}

}  // namespace

const BundlePart& Bundle::part(std::string_view name) const {
  Parts there;
  for (const BundlePart& each : parts) {
    if (each.architecture->part() == name) return each;
    there.push_back(each.architecture);
  }
  fail(Status::unsupported, "{}: the model has no {}; its parts are {}", where, name,
       names_of(there));
}

Bundle open_bundle(const FileSource& source, const PartTypes& types, const Limits& limits,
                   bool verify) {
  Bundle bundle;
  bundle.where = source.where();
  const auto manifest_file =
      source.open(kManifestName, std::min(limits.max_file_bytes, kMaxManifestBytes));
  bundle.manifest = manifest_file->text();
  bundle.digest = sha256_hex(bundle.manifest);
  const Manifest manifest = parse_manifest(bundle.manifest, types, manifest_file->path().string());
  const ListedFiles files = open_files(source, manifest, limits);
  if (verify) verify_sums(files);
  for (const Manifest::Part& part : manifest.parts) bundle.parts.push_back(open_part(part, files));
  // Listed, it is checked like any file. It may also be put beside a model that is there already:
  // it changes what is asked of the model, not what the model is.
  if (const auto config = files.find(kGenerationConfigName); config != files.end())
    bundle.generation_config = config->second.file->text();
  else if (source.has(kGenerationConfigName))
    bundle.generation_config =
        source
            .open(kGenerationConfigName, std::min(limits.max_file_bytes, kMaxGenerationConfigBytes))
            ->text();
  return bundle;
}

Bundle open_bundle(const fs::path& path, const PartTypes& types, const Limits& limits,
                   bool verify) {
  return open_bundle(FolderSource(path), types, limits, verify);
}

Parts architectures(const BundleContents& contents) {
  Parts parts;
  for (const PartContents& part : contents.parts) parts.push_back(part.architecture);
  return parts;
}

void write_bundle(const fs::path& path, const BundleContents& contents, bool overwrite,
                  const Job* job) {
  validate(architectures(contents), path.string());
  const std::string provenance = contents.provenance.empty() ? "{}" : contents.provenance;
  JsonObject(parse_json(provenance, "provenance"), "", "provenance");
  if (contents.generation_config.size() > kMaxGenerationConfigBytes) {
    fail(Status::limit, "{} has {} bytes, the limit is {}", kGenerationConfigName,
         contents.generation_config.size(), kMaxGenerationConfigBytes);
  }

  BundleWriter writer(path, overwrite);
  for (const PartContents& part : contents.parts) write_part(writer, part, job);
  if (!contents.generation_config.empty())
    writer.add_file(kGenerationConfigName, contents.generation_config);
  writer.commit(provenance, contents.licence);
}

}  // namespace raygen::engine
