// Any bytes as a NumPy array: refused with an Error, or an array as large as the file can hold.

#include "storage/npy.hpp"

#include "bundle/memory_file.hpp"
#include "error.hpp"
#include "seeds.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>

#include <string>

using namespace raygen::engine;

std::vector<std::string> fuzz_seeds() {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n";
  const std::string size(1, static_cast<char>(header.size()));
  return {std::string("\x93NUMPY\1\0", 8) + size + std::string(1, '\0') + header + "12345678",
          std::string("\x93NUMPY\2\0", 8) + size + std::string(3, '\0') + header + "12345678"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile memory(data, size);
  try {
    const auto file = MappedFile::open(memory.path(), size);
    const at::Tensor array = read_npy(*file, {});
    if (array.nbytes() > size) std::abort();
    array.to(at::kDouble).sum();
  } catch (const Error&) {
  }
  return 0;
}
