// Any bytes as a prepared dataset: dataset.json, records.csv and one shard, each but the last ended
// by a zero. Refused with an Error, or every record and pixel can be read.

#include "dataset/dataset.hpp"

#include "dataset/format.hpp"
#include "dataset/writer.hpp"
#include "error.hpp"
#include "scratch_folder.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace raygen::engine;

namespace {

std::array<std::string, 3> files() {
  return {std::string(format::manifest_file), std::string(format::records_file),
          format::shard_file(0)};
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  const TemporaryFolder folder;
  DatasetWriter::Settings settings;
  settings.resolution = 2;
  settings.labels = {"Edema", "Pneumonia"};
  DatasetWriter writer(folder.path() / "dataset", settings);
  const std::array<std::uint8_t, 4> pixels = {0, 1, 2, 255};
  writer.add({"a", "p1", Split::train, "PA", {"Edema"}, "Edema, mild."}, pixels);
  writer.add({"b", "p2", Split::val, "", {}, "Two\nlines"}, pixels);
  writer.skip("c.png", "the text is empty");
  writer.finish();
  std::string seed;
  for (const std::string& name : files()) {
    if (!seed.empty()) seed.push_back('\0');
    seed += bytes_of(folder.path() / "dataset" / name);
  }
  return {seed};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder folder;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto names = files();
  for (const std::string& name : names) {
    const std::size_t end =
        name == names.back() ? rest.size() : std::min(rest.find('\0'), rest.size());
    folder.write(name, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  try {
    const Dataset dataset =
        Dataset::open(folder.path(), {.max_file_bytes = 1 << 20, .max_memory_bytes = 1 << 24});
    const auto side = static_cast<std::size_t>(dataset.resolution());
    std::size_t images = 0;
    unsigned sum = 0;
    for (const Split split : {Split::train, Split::val, Split::test}) {
      for (const std::size_t i : dataset.indices(split)) {
        ++images;
        if (dataset.record(i).split != split || dataset.pixels(i).size() != side * side)
          std::abort();
        for (const std::uint8_t pixel : dataset.pixels(i)) sum += pixel;
      }
    }
    if (images != dataset.size() || sum > 255 * size) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
