// A model that is there, with its weights in another precision.

#include "bundle/bundle.hpp"
#include "bundle/manifest.hpp"
#include "bundle/stored_weights.hpp"
#include "error.hpp"
#include "model/parts.hpp"
#include "storage/json.hpp"

#include <c10/util/accumulate.h>

#include <cstdint>

namespace raygen::engine {

namespace {

/// All parts are in memory at once, in float32 at most.
void check_memory(const Parts& parts, const Limits& limits, const std::string& where) {
  std::uint64_t bytes = 0;
  for (const auto& part : parts)
    for (const TensorSpec& spec : part->tensor_specs())
      bytes += sizeof(float) * static_cast<std::uint64_t>(c10::multiply_integers(spec.shape));
  if (bytes > limits.max_memory_bytes)
    fail(Status::limit, "{}: the weights may take {} bytes in memory; at most {} are allowed",
         where, bytes, limits.max_memory_bytes);
}

}  // namespace

void store_model_anew(const std::filesystem::path& from, const std::string& precision,
                      const std::filesystem::path& out, const Limits& limits, bool overwrite,
                      const Job* job) {
  const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
  const Manifest manifest = parse_manifest(bundle.manifest, part_types(), bundle.where);
  Parts parts;
  for (const BundlePart& part : bundle.parts) parts.push_back(part.architecture);
  check_stored_precision(parts, precision);
  check_memory(parts, limits, bundle.where);
  BundleContents contents;
  for (const BundlePart& part : bundle.parts) {
    contents.parts.push_back(
        {part.architecture,
         stored_weights(*part.architecture, full_weights(*part.weights), precision, job),
         part.files});
  }
  nlohmann::ordered_json provenance = nlohmann::ordered_json::parse(manifest.provenance);
  nlohmann::ordered_json& times = provenance["stored_anew"];
  if (!times.is_array()) times = nlohmann::ordered_json::array();
  times.push_back({{"precision", precision}, {"from_sha256", bundle.digest}});
  contents.provenance = json_text(provenance);
  contents.licence = manifest.licence;
  contents.generation_config = bundle.generation_config;
  write_bundle(out, contents, overwrite, job);
}

}  // namespace raygen::engine
