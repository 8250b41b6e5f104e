// Any bytes as raygen.json: refused with an Error, or written and read again the same.

#include "bundle/manifest.hpp"

#include "bundle/bundle.hpp"
#include "error.hpp"
#include "seeds.hpp"

#include <cstdlib>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  Manifest manifest;
  manifest.architecture = published_architecture();
  for (const char* name : {kTextName, kVqganName, kDecoderName, "vocab.txt"})
    manifest.files[name] = {std::string(64, 'a'), 17};
  return {to_json(manifest)};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Manifest manifest = parse_manifest({reinterpret_cast<const char*>(data), size}, "fuzz");
    const std::string written = to_json(manifest);
    if (to_json(parse_manifest(written, "again")) != written) std::abort();
    tensor_specs(manifest.architecture.vqgan);
  } catch (const Error&) {
  }
  return 0;
}
