// make_random_bundle OUT ARCHITECTURE.json: a model for the examples to run on.
#include <raygen/convert.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    std::ifstream file(argv[2]);
    raygen::RandomBundleOptions options;
    options.architecture.assign(std::istreambuf_iterator<char>(file), {});
    options.overwrite = true;
    raygen::create_random_bundle(argv[1], options);
  } catch (const raygen::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
