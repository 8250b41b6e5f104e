// Any bytes as raygen.json: refused with an Error, or written and read again the same.

#include "bundle/manifest.hpp"

#include "bundle/version_1_fixture.hpp"
#include "error.hpp"
#include "model/parts.hpp"
#include "seeds.hpp"

#include <cstdlib>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  Manifest manifest;
  for (const auto& part : published_parts()) {
    Manifest::Part listed{part, {}};
    listed.files[part->weights_file()] = {std::string(64, 'a'), 17};
    for (const std::string& name : part->further_files())
      listed.files[name] = {std::string(64, 'a'), 17};
    manifest.parts.push_back(listed);
  }
  manifest.files[kGenerationConfigName] = {std::string(64, 'a'), 17};
  const std::string version_2 = to_json(manifest);
  manifest.files.clear();
  return {version_2, version_1(to_json(manifest))};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Manifest manifest =
        parse_manifest({reinterpret_cast<const char*>(data), size}, part_types(), "fuzz");
    const std::string written = to_json(manifest);
    if (to_json(parse_manifest(written, part_types(), "again")) != written) std::abort();
    for (const Manifest::Part& part : manifest.parts) part.architecture->tensor_specs();
  } catch (const Error&) {
  }
  return 0;
}
