// A fuzz target as a plain program: `fuzz_x MUTATIONS [file or folder]…` runs every input that it
// knows, then that many mutations of them. The mutations are the same in every run.

#include "seeds.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

__attribute__((weak)) std::vector<std::string> fuzz_seeds() { return {}; }

namespace {

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Mutator {
 public:
  std::string mutate(std::string input, const std::string& other) {
    const std::size_t edits = 1 + below(6);
    for (std::size_t i = 0; i < edits; ++i) edit(input, other);
    return input;
  }
  std::size_t below(std::size_t limit) {
    return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit);
  }

 private:
  void edit(std::string& input, const std::string& other) {
    const std::size_t at = below(input.size() + 1),
                      count = below(std::min<std::size_t>(input.size() - at, 64) + 1);
    switch (below(7)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(below(256));
        break;
      case 2:
        input.erase(at, count);
        break;
      case 3:
        input.insert(at, std::string(1 + below(8), static_cast<char>(below(256))));
        break;
      case 4:
        input.insert(at, input.substr(below(input.size() + 1), 1 + below(64)));
        break;
      case 5:
        input.replace(at, count, other.substr(below(other.size() + 1), 1 + below(64)));
        break;
      default: {
        static constexpr std::uint64_t edges[] = {0,
                                                  1,
                                                  0x7f,
                                                  0xff,
                                                  0x7fff,
                                                  0xffff,
                                                  0x7fffffff,
                                                  0xffffffff,
                                                  0x7fffffffffffffff,
                                                  ~std::uint64_t{0}};
        const std::uint64_t edge = edges[below(std::size(edges))];
        const std::size_t width = std::size_t{1} << below(4);
        for (std::size_t i = 0; i < width && at + i < input.size(); ++i)
          input[at + i] = static_cast<char>(edge >> (8 * i));
      }
    }
  }

  std::mt19937_64 random_{20240229};
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t mutations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  std::vector<std::string> inputs = fuzz_seeds();
  for (int i = 2; i < argc; ++i) {
    if (std::filesystem::is_regular_file(argv[i])) inputs.push_back(read_file(argv[i]));
    if (!std::filesystem::is_directory(argv[i])) continue;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) inputs.push_back(read_file(file));
  }
  inputs.emplace_back();
  inputs.emplace_back(64, '\0');
  for (const std::string& input : inputs) run(input);
  Mutator mutator;
  for (std::size_t i = 0; i < mutations; ++i) {
    const std::string& input = inputs[mutator.below(inputs.size())];
    run(mutator.mutate(input, inputs[mutator.below(inputs.size())]));
  }
  std::printf("%zu inputs, %zu mutations\n", inputs.size(), mutations);
}
