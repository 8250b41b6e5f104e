// A bundle is on the disk before it has its name: every call of fsync is seen by this program.

#include "bundle/bundle.hpp"
#include "bundle/fixture.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <regex>

using namespace raygen::engine;

namespace {

std::vector<std::string> synced;  // paths, in order

std::size_t place_of(const std::string& path) {
  return static_cast<std::size_t>(std::find(synced.begin(), synced.end(), path) - synced.begin());
}

}  // namespace

extern "C" int fsync(int descriptor) {
  const auto path = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
  synced.push_back(
      std::regex_replace(path.string(), std::regex("\\.[0-9a-f]{16}\\.tmp"), std::string()));
  return 0;
}

TEST_CASE("every file of a bundle is synced, its manifest last, then its folders", "[bundle]") {
  const TemporaryFolder folder;
  for (const bool overwrite : {false, true}) {
    synced.clear();
    write_bundle(folder.path() / "model", small_contents(), overwrite);
    const std::string model = (folder.path() / "model").string();
    REQUIRE(synced.size() > 2);
    CHECK(synced[synced.size() - 1] == folder.path().string());
    CHECK(synced[synced.size() - 2] == model);
    const std::size_t manifest = place_of(model + "/raygen.json");
    int files = 0;
    for (const auto& entry : fs::directory_iterator(model)) {
      INFO(entry.path());
      CHECK(place_of(entry.path().string()) <= manifest);
      ++files;
    }
    CHECK(files == 5);
  }
}
