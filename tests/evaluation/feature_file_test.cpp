#include "evaluation/feature_file.hpp"

#include "error.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"
#include "temporary_folder.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <limits>
#include <sstream>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

at::Tensor some_features() { return at::arange(12, at::kFloat).view({4, 3}) / 8; }

void write_npy(const std::filesystem::path& path, const std::string& shape) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  const at::Tensor values = some_features();
  std::ofstream(path, std::ios::binary)
      << std::string("\x93NUMPY\1\0v\0", 10) << header << '\n'
      << std::string(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
}

}  // namespace

TEST_CASE("Features are read from NumPy's format and from safetensors, and named after the file") {
  const TemporaryFolder folder;
  const auto file = [&](const char* name) { return folder.path() / name; };
  write_npy(file("made.npy"), "(4, 3)");
  write_safetensors(file("one"), {{"embedding", some_features()}});
  write_safetensors(file("classified"), {{"features", some_features().to(at::kBFloat16)},
                                         {"logits", at::zeros({4, 2})}});
  for (const char* name : {"made.npy", "one", "classified"}) {
    const FeatureFile found = read_feature_file(file(name), {});
    CHECK(at::equal(found.features, some_features().to(at::kDouble)));
    std::ostringstream bytes;
    bytes << std::ifstream(file(name), std::ios::binary).rdbuf();
    CHECK(found.description == formatted("{}, {}…", name, sha256_hex(bytes.str()).substr(0, 8)));
  }
}

TEST_CASE("What is no table of finite features is refused, with its file") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                           const std::string& why) {
    write_safetensors(folder.path() / "file", tensors);
    CHECK_THROWS_WITH(read_feature_file(folder.path() / "file", {}),
                      Contains("file") && Contains(why));
  };
  refused({{"a", some_features()}, {"b", some_features()}}, "2 tensors");
  refused({{"a", at::zeros({4})}}, "[N,d]");
  refused({{"a", at::zeros({4, 2}, at::kInt)}}, "floating point");
  refused({{"a", at::zeros({0, 2})}}, "[N,d]");
  at::Tensor broken = some_features();
  broken[2][1] = std::numeric_limits<float>::quiet_NaN();
  refused({{"a", broken}}, "row 2 holds NaN");
  write_npy(folder.path() / "flat.npy", "(12,)");
  CHECK_THROWS_WITH(read_feature_file(folder.path() / "flat.npy", {}), Contains("[N,d]"));
  CHECK_THROWS_AS(read_feature_file(folder.path() / "nowhere", {}), Error);
}
