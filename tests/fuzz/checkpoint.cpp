// Any bytes as a checkpoint (zip, legacy, safetensors) and as a bare pickle: refused with an Error,
// or its tensors can be read.

#include "import/checkpoint.hpp"

#include "bundle/byte_builders.hpp"
#include "bundle/memory_file.hpp"
#include "error.hpp"
#include "import/unpickler.hpp"
#include "seeds.hpp"

#include <ATen/ATen.h>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  namespace p = pickle;
  const std::string data(48, '\1');
  const std::string foreign = p::global("posix", "system") + p::tuple({p::text("true")}) + "R";
  std::vector<std::string> seeds;
  for (const bool legacy : {false, true}) {
    const std::string tensors =
        p::mapping({{"w", p::tensor("FloatStorage", "0", 12, 0, {3, 4}, {4, 1}, legacy)},
                    {"v", p::tensor("FloatStorage", "0", 12, 2, {2}, {1}, legacy)}});
    const std::string root =
        p::file(p::mapping({{"state_dict", tensors},
                            {"optimizer", foreign},
                            {"hyper_parameters", p::mapping({{"heads", p::integer(4)}})}}));
    seeds.push_back(legacy ? torch_legacy_bytes(root, {{"0", 12}}, data)
                           : torch_zip_bytes(root, {{"0", data}}));
    seeds.push_back(root);
  }
  seeds.push_back(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
                                    std::string(8, 'x')));
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits{.max_file_bytes = 1 << 20, .max_memory_bytes = 1 << 24};
  try {
    Pickle::parse({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const Error&) {
  }
  const MemoryFile memory(data, size);
  try {
    for (const auto& [name, tensor] : read_checkpoint(memory.path(), limits).tensors) {
      if (tensor.scalar_type() == at::kFloat) tensor.sum();
    }
  } catch (const Error&) {
  }
  return 0;
}
