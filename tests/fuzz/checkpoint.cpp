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
  // Settings as objects keep them: attributes, items, OmegaConf's nodes, NumPy's numbers.
  const std::string four = p::mapping({{"n_heads", p::integer(4)}});
  const std::string dtype = p::call("numpy", "dtype", {p::text("i8"), "\x89", "\x88"}) +
                            p::tuple({p::integer(3), p::text("<"), "N", "N", "N", "N", "N", "N"}) +
                            "b";
  const std::string number =
      p::call("numpy.core.multiarray", "scalar",
              {dtype, p::call("_codecs", "encode",
                              {p::text(std::string("\4\0\0\0\0\0\0\0", 8)), p::text("latin1")})});
  const std::string node = p::global("omegaconf.nodes", "AnyNode") + ")\x81" +
                           p::mapping({{"_parent", "N"}, {"_val", p::integer(4)}}) + "b";
  for (const std::string& settings :
       {p::global("argparse", "Namespace") + ")\x81" + four + "b",
        p::global("omegaconf.dictconfig", "DictConfig") + ")\x81" +
            p::mapping(
                {{"_content", p::mapping({{"n_heads", node}, {"sizes", "](" + node + "e"}})}}) +
            "b",
        p::global("easydict", "EasyDict") + ")\x81(" + p::text("n_heads") + number + "u",
        p::call("collections", "OrderedDict",
                {"](" + p::tuple({p::text("n_heads"), number}) + "e"}),
        p::mapping({{"n_heads", p::tensor("LongStorage", "n", 1, 0, {}, {})}})}) {
    const std::string tensors =
        p::mapping({{"w", p::tensor("FloatStorage", "0", 12, 0, {3, 4}, {4, 1})}});
    seeds.push_back(
        torch_zip_bytes(p::file(p::mapping({{"module", tensors}, {"hparams", settings}})),
                        {{"0", data}, {"n", std::string(8, '\1')}}));
  }
  seeds.push_back(R"({"metadata": {}, "weight_map": {"a": "a.bin", "b": "b.bin"}})");
  seeds.push_back("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
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
