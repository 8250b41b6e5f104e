// Any bytes as raygen.json: refused with an Error, or written and read again the same.

#include "bundle/manifest.hpp"

#include "bundle/version_1_fixture.hpp"
#include "classifier/small_classifier.hpp"
#include "error.hpp"
#include "model/parts.hpp"
#include "seeds.hpp"

#include <cstdlib>
#include <limits>
#include <memory>

using namespace raygen::engine;

namespace {

std::string of_classifier(ClassifierArchitecture classifier) {
  classifier.thresholds = {0.25, std::numeric_limits<double>::quiet_NaN(), 0.5};
  classifier.resize = ResizeRule::short_side;
  Manifest manifest;
  manifest.parts.push_back({std::make_shared<ClassifierArchitecture>(classifier),
                            {{classifier.weights_file(), {std::string(64, 'a'), 17}}}});
  return to_json(manifest);
}

}  // namespace

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
  return {version_2, version_1(to_json(manifest)), of_classifier(small_dense_net(1)),
          of_classifier(small_lite())};
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
