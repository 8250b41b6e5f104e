#include "evaluation/image_list.hpp"

#include "error.hpp"
#include "image/image.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace raygen::engine;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

struct Folder {
  TemporaryFolder temporary;
  fs::path path = temporary.path();
  Folder() {
    for (const char* name : {"b.png", "a.png", "c.png"})
      write_png({1, 1, 1, {0.5F}, {}}, path / name, 8);
    write(path / "notes.txt", "no image");
  }
};

}  // namespace

TEST_CASE("A folder of images is listed by name, without prompts") {
  const Folder folder;
  const auto images = list_images(folder.path, {});
  REQUIRE(images.size() == 3);
  CHECK(images[0].name == "a.png");
  CHECK(images[2].name == "c.png");
  CHECK(!images[0].prompt);
}

TEST_CASE("A table gives order and prompts: images.csv of a folder, or CheXGenBench's") {
  const Folder folder;
  write(folder.path / "images.csv",
        "prompt,img_savename,seed,image\n\"Effusion, left.\",b.png,7,0\nNormal.,a.png,7,1\n");
  const auto images = list_images(folder.path, {});
  REQUIRE(images.size() == 2);
  CHECK(images[0].name == "b.png");
  CHECK(images[0].prompt == "Effusion, left.");
  CHECK(images[1].file == fs::canonical(folder.path) / "a.png");
  write(folder.path / "bench.csv", "img_savename;prompt\nc.png;Edema.\n");
  CHECK(list_images(folder.path / "bench.csv", {}).at(0).prompt == "Edema.");
}

TEST_CASE("A list that cannot be followed is refused with its line") {
  const Folder folder;
  const auto refusal = [&](const std::string& rows) {
    write(folder.path / "list.csv", rows);
    try {
      list_images(folder.path / "list.csv", {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("taken");
  };
  CHECK_THAT(refusal("prompt,img_savename\nx,missing.png\n"),
             Contains("line 2") && Contains("missing.png") && Contains("no such file"));
  CHECK_THAT(refusal("prompt,img_savename\nx,../a.png\n"), Contains("leads out"));
  CHECK_THAT(refusal("prompt,img_savename\nx,/etc/passwd\n"), Contains("absolute"));
  CHECK_THAT(refusal("prompt,img_savename\nx,a.png\ny,./a.png\n"),
             Contains("line 3") && Contains("earlier"));
  CHECK_THAT(refusal("prompt,number\nx,1\n"), Contains("img_savename was expected"));
  CHECK_THAT(refusal("prompt,img_savename\n"), Contains("no images"));
  CHECK_THROWS_WITH(list_images(folder.path / "nothing", {}), Contains("is not there"));
}
