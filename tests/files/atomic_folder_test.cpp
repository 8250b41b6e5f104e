#include "files/atomic_folder.hpp"

#include "in_a_child.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

using Catch::Matchers::Contains;
using raygen::AtomicFolder;

namespace {

namespace fs = std::filesystem;

void make(const fs::path& path, const std::string& file) {
  AtomicFolder folder(path, throw_it);
  std::ofstream(folder.temporary() / file) << "content";
  CHECK_FALSE(fs::exists(path / file));
  folder.commit();
}

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("a folder appears whole, replaces one, or leaves nothing") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  make(path, "first");
  CHECK(fs::exists(path / "first"));
  ::chmod(path.c_str(), 0750);
  make(path, "second");
  CHECK(fs::exists(path / "second"));
  CHECK_FALSE(fs::exists(path / "first"));
  CHECK(fs::status(path).permissions() == fs::perms{0750});
  {
    AtomicFolder other(path, throw_it);
    std::ofstream(other.temporary() / "third") << "half";
  }
  CHECK(fs::exists(path / "second"));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a folder's name may be as long as the file system takes") {
  const TemporaryFolder folder;
  make(folder.path() / std::string(255, 'n'), "file");
  CHECK(fs::exists(folder.path() / std::string(255, 'n') / "file"));
  CHECK(entries(folder.path()) == 1);
  CHECK_THAT(error_of([&] { make(folder.path() / "no" / "model", "file"); }),
             Contains("cannot create the folder"));
}

TEST_CASE("a process that is killed leaves the old folder, and what it left blocks nothing") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  make(path, "first");
  fs::create_directory(folder.path() / ("model." + std::to_string(::getpid()) + "-0.tmp"));
  const int status = in_a_child([&] {
    AtomicFolder other(path, throw_it);
    std::ofstream(other.temporary() / "second") << "half";
    return ::raise(SIGKILL) == 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(fs::exists(path / "first"));
  make(path, "third");
  CHECK(fs::exists(path / "third"));
  CHECK(entries(folder.path()) == 3);
  raygen::remove_unfinished(folder.path(), fs::file_type::directory, "model.");
  CHECK(entries(folder.path()) == 1);
}
