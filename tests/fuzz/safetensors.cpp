// Any bytes as a safetensors file: refused with an Error, or every tensor lies inside the file and
// can be read.

#include "storage/safetensors.hpp"

#include "bundle/byte_builders.hpp"
#include "bundle/memory_file.hpp"
#include "error.hpp"
#include "seeds.hpp"

#include <ATen/ATen.h>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  const std::string entry = R"("a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]})";
  return {safetensors_bytes("{" + entry + "}", std::string(8, 'x')),
          safetensors_bytes("{\"__metadata__\":{\"k\":\"v\"}," + entry +
                                R"(,"b":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}})",
                            std::string(9, '\1')),
          safetensors_bytes("{}", "")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile memory(data, size);
  try {
    const auto file = SafetensorsFile::open(memory.path(), {});
    for (const auto& [name, entry] : file->entries()) {
      if (entry.offset > file->size() || entry.bytes > file->size() - entry.offset) std::abort();
      const at::Tensor tensor = file->tensor(name);
      if (tensor.nbytes() != entry.bytes) std::abort();
      if (entry.dtype == at::kFloat) tensor.sum();
      file->release(name);
    }
  } catch (const Error&) {
  }
  return 0;
}
