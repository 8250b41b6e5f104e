// Any bytes as a table of images, as `raygen evaluate` and as `raygen classify` read it. Refused
// with an Error, or every image is a file within the table's folder.

#include "evaluation/image_list.hpp"

#include "cli/image_sources.hpp"
#include "error.hpp"
#include "scratch_folder.hpp"
#include "seeds.hpp"

#include <raygen/error.hpp>

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// An image, one in a folder, links to an image and to a folder outside.
fs::path folder_of_images(const ScratchFolder& scratch) {
  scratch.write("in/a.png", "");
  scratch.write("in/sub/b.png", "");
  scratch.write("outside/c.png", "");
  fs::create_symlink("../outside/c.png", scratch.path() / "in/link.png");
  fs::create_directory_symlink("../outside", scratch.path() / "in/out");
  return fs::canonical(scratch.path() / "in");
}

void check(const fs::path& file, const fs::path& root) {
  const fs::path folder = fs::canonical(file.parent_path()).lexically_relative(root);
  if (folder.empty() || *folder.begin() == ".." || !fs::is_regular_file(file)) std::abort();
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {"prompt,img_savename,seed,image\n\"Effusion, left.\",a.png,7,0\nNormal.,sub/b.png,7,1\n",
          "img_savename;prompt\nlink.png;Edema.\na.png;\"Two\nlines\"\n",
          "image\tannotated_prompt\r\na.png\tOne.\r\nsub/../sub/b.png\tTwo.\r\n",
          "\xEF\xBB\xBFpath,report\n./a.png,x\nsub//b.png,y\n",
          "file,text\nout/c.png,x\n../outside/c.png,y\n/etc/passwd,z\na.png,a\na.png,b\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder scratch;
  static const fs::path root = folder_of_images(scratch);
  scratch.write("in/list.csv", {reinterpret_cast<const char*>(data), size});
  try {
    std::set<fs::path> files;
    for (const auto& image : raygen::engine::list_images(root / "list.csv", {})) {
      check(image.file, root);
      if (!files.insert(fs::canonical(image.file)).second) std::abort();
    }
  } catch (const raygen::engine::Error&) {
  }
  try {
    for (const auto& image : raygen::cli::list_source_images({(root / "list.csv").string()}))
      check(image.path, root);
  } catch (const raygen::Error&) {
  }
  return 0;
}
