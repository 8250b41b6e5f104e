// Any bytes as an index of a training set, or as the manifest in one. The first byte chooses.
// Refused with an Error, or every row has its hash and images are compared with all of them.

#include "memorisation/training_index.hpp"

#include "bundle/memory_file.hpp"
#include "error.hpp"
#include "memorisation/made_index.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace raygen::engine;

namespace {

std::string bytes_of(const MadeIndex& made) {
  const TemporaryFolder folder;
  made.write(folder.file("index.safetensors"));
  std::ifstream file(folder.file("index.safetensors"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

MadeIndex named_index() {
  MadeIndex made;
  made.manifest.named = true;
  made.tensors["ids"] = at::tensor({'a', 0, 0xC3, 0xA9, 'c', 0}, at::kByte).view({3, 2});
  return made;
}

/// Images of the index's own size are compared with it.
void compare(const TrainingIndex& index) {
  const TrainingIndexManifest& manifest = index.manifest();
  const std::vector<std::int32_t> tokens(static_cast<std::size_t>(manifest.grid * manifest.grid),
                                         static_cast<std::int32_t>(manifest.codebook - 1));
  const Image image{2, 2, 1, {0.F, 0.5F, 1.F, 0.25F}, {}};
  const NearestTraining found = index.nearest_training(tokens, image);
  const auto row_of = [&](const std::string& hash) {
    for (std::int64_t row = 0; row < manifest.images; ++row)
      if (index.hash(row) == hash) return true;
    return false;
  };
  if (!row_of(found.nearest_hash) || !row_of(found.most_alike_hash)) std::abort();
}

void check(const std::filesystem::path& path) {
  const auto index = TrainingIndex::open(path, {.max_file_bytes = 1 << 20});
  const TrainingIndexManifest& manifest = index->manifest();
  for (std::int64_t row = 0; row < manifest.images; ++row) {
    if (index->hash(row).size() != 64 || index->name(row).empty() == manifest.named) std::abort();
  }
  compare(*index);
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const MadeIndex made;
  return {'\0' + bytes_of(made), '\0' + bytes_of(named_index()), '\1' + to_json(made.manifest)};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 1) {
    MadeIndex made;
    made.json = bytes;
    try {
      bytes = bytes_of(made);
    } catch (const Error&) {  // metadata is UTF-8
      return 0;
    }
  }
  try {
    check(MemoryFile(bytes.data(), bytes.size()).path());
  } catch (const Error&) {
  }
  return 0;
}
