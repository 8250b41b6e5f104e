// A model that is there, with its weights in another precision.

#include "bundle/bundle.hpp"
#include "bundle/manifest.hpp"
#include "bundle/stored_weights.hpp"
#include "error.hpp"
#include "model/parts.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

void store_model_anew(const std::filesystem::path& from, const std::string& precision,
                      const std::filesystem::path& out, const Limits& limits, bool overwrite,
                      const Job* job) {
  const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
  const Manifest manifest = parse_manifest(bundle.manifest, part_types(), bundle.where);
  BundleContents contents;
  for (const BundlePart& part : bundle.parts) {
    check_cancelled(job);
    contents.parts.push_back(
        {part.architecture,
         stored_weights(*part.architecture, full_weights(*part.weights), precision), part.files});
  }
  nlohmann::ordered_json provenance = nlohmann::ordered_json::parse(manifest.provenance);
  provenance["stored_anew"] = {{"precision", precision}, {"from_sha256", bundle.digest}};
  contents.provenance = json_text(provenance);
  contents.licence = manifest.licence;
  contents.generation_config = bundle.generation_config;
  write_bundle(out, contents, overwrite, job);
}

}  // namespace raygen::engine
