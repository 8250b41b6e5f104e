#include "files/atomic_file.hpp"

#include "in_a_child.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

using Catch::Matchers::Contains;
using raygen::AtomicFile;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& content, bool durably = false) {
  AtomicFile file(path, throw_it);
  file.write(content.data(), content.size());
  durably ? file.commit_durably() : file.commit();
}

std::string get(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a file appears whole under its name, or not at all") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  {
    AtomicFile file(path, throw_it);
    file.write("ab", 2);
    CHECK_FALSE(fs::exists(path));
    CHECK(entries(folder.path()) == 1);
  }
  CHECK(entries(folder.path()) == 0);
  for (const bool durably : {false, true}) {
    put(path, "first", durably);
    CHECK(get(path) == "first");
    AtomicFile file(path, throw_it);
    file.write("sec", 3);
    CHECK(get(path) == "first");
    file.write("ond", 3);
    durably ? file.commit_durably() : file.commit();
    CHECK(get(path) == "second");
    CHECK(entries(folder.path()) == 1);
  }
}

TEST_CASE("what a killed process with the same id has left blocks nothing") {
  const TemporaryFolder folder;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "x.png." + std::to_string(::getpid());
    std::ofstream(folder.file(name + "-" + std::to_string(i) + ".tmp")) << "half";
    std::ofstream(folder.file(name + ".tmp")) << "half";
  }
  put(folder.path() / "x.png", "whole");
  CHECK(get(folder.path() / "x.png") == "whole");
  raygen::remove_unfinished(folder.path(), fs::file_type::regular, "y.");
  CHECK(entries(folder.path()) == 102);
  raygen::remove_unfinished(folder.path(), fs::file_type::directory);
  CHECK(entries(folder.path()) == 102);
  raygen::remove_unfinished(folder.path(), fs::file_type::regular, "x.");
  CHECK(entries(folder.path()) == 1);
  raygen::remove_unfinished(folder.path() / "none", fs::file_type::regular);
}

TEST_CASE("temporary names differ, are short and say whose they are") {
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert(raygen::temporary_name("image.png"));
  CHECK(names.size() == 1000);
  CHECK(names.begin()->starts_with("image.png."));
  CHECK(names.begin()->ends_with(".tmp"));
  CHECK(raygen::temporary_name(std::string(255, 'x')).size() <= 143);
  std::string umlauts = "x";
  while (umlauts.size() < 255) umlauts += "\xc3\xa4";
  const std::string cut = raygen::temporary_name(umlauts);
  CHECK(cut.substr(0, 99) == umlauts.substr(0, 99));
  CHECK(cut[99] == '.');  // no half of a letter
  // Two processes that begin as one have no name in common.
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const int status = in_a_child([&] {
    const std::string name = raygen::temporary_name("x");
    return ::write(pipe[1], name.data(), name.size()) == static_cast<ssize_t>(name.size());
  });
  CHECK(status == 0);
  std::string others(100, '\0');
  others.resize(static_cast<std::size_t>(::read(pipe[0], others.data(), others.size())));
  CHECK(others.size() == raygen::temporary_name("x").size());
  CHECK(others != raygen::temporary_name("x"));
  ::close(pipe[0]), ::close(pipe[1]);
}

TEST_CASE("temporary names are known again, and no others") {
  CHECK(raygen::is_temporary_name(raygen::temporary_name("image.png")));
  CHECK(raygen::is_temporary_name(raygen::temporary_name(std::string(255, 'n'))));
  for (const char* other :
       {"", ".tmp", "image.png", "image.png.tmp", "image.png.0123456789abcde.tmp",
        "image.png.0123456789abcdeX.tmp", "image.png.0123456789abcdef.tmpx", "0123456789abcdef.tmp",
        "image.png.0123456789ABCDEF.tmp"})
    CHECK_FALSE(raygen::is_temporary_name(other));
}

TEST_CASE("a name as long as the file system takes is written, a longer one refused at once") {
  const TemporaryFolder folder;
  const std::string longest(255, 'n');
  put(folder.path() / longest, "content", true);
  CHECK(get(folder.path() / longest) == "content");
  CHECK_THAT(error_of([&] { AtomicFile(folder.path() / (longest + "n"), throw_it); }),
             Contains("too long"));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("many processes write one file: it is always one of theirs, and nothing else stays") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "shared";
  constexpr std::size_t bytes = 100'000;
  put(path, std::string(bytes, 'z'));
  std::vector<pid_t> writers;
  for (char letter = 'a'; letter < 'a' + 8; ++letter)
    writers.push_back(start([&] {
      for (int i = 0; i < 40; ++i) put(path, std::string(bytes, letter));
      return true;
    }));
  for (int i = 0; i < 200; ++i) {
    const std::string seen = get(path);
    if (seen.size() != bytes || seen.find_first_not_of(seen[0]) != seen.npos)
      FAIL("a file of " << seen.size() << " bytes of several writers");
  }
  for (const pid_t writer : writers) CHECK(status_of(writer) == 0);
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("permissions: the umask's for a new file, the old ones for one that is replaced") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  const mode_t before = ::umask(027);
  put(path, "new");
  CHECK(mode_of(path) == 0640);
  ::umask(022);
  put(path, "replaced");
  CHECK(mode_of(path) == 0640);
  ::chmod(path.c_str(), 0600);  // of somebody who knows why
  put(path, "private");
  CHECK(mode_of(path) == 0600);
  ::umask(before);
}

TEST_CASE("a link is followed, also one that leads to nothing yet") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "there");
  fs::create_symlink("there/file", folder.path() / "link");
  fs::create_symlink(folder.path() / "link", folder.path() / "again");
  put(folder.path() / "again", "first");
  CHECK(get(folder.path() / "there" / "file") == "first");
  put(folder.path() / "link", "second");
  CHECK(get(folder.path() / "there" / "file") == "second");
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(fs::is_symlink(folder.path() / "again"));
  fs::create_symlink("circle", folder.path() / "circle");
  CHECK_THAT(error_of([&] { put(folder.path() / "circle", "x"); }), Contains("circle"));
  fs::create_symlink("gone/file", folder.path() / "lost");
  CHECK_THAT(error_of([&] { put(folder.path() / "lost", "x"); }), Contains("cannot create"));
  CHECK(entries(folder.path() / "there") == 1);
}

TEST_CASE("what is no place for a file is refused by name") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "folder");
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK_THAT(error_of([&] { put(folder.path() / "folder", "x"); }), Contains("it is a folder"));
  CHECK_THAT(error_of([&] { put(folder.path() / "pipe", "x"); }), Contains("a pipe"));
  CHECK_THAT(error_of([&] { put("/dev/null", "x"); }), Contains("/dev/null: it is a device"));
  CHECK_THAT(error_of([&] { put(folder.path() / "no" / "file", "x"); }), Contains("cannot create"));
  CHECK_THAT(error_of([&] { put("", "x"); }), Contains("it names no file"));
  CHECK_THAT(error_of([&] { put(folder.path() / "new/", "x"); }), Contains("cannot create"));
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("a folder that may not be written to; one that may not be read will do") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "closed");
  fs::create_directory(folder.path() / "drop");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(folder.file("closed").c_str(), 0555);
  ::chmod(folder.file("drop").c_str(), 0733);
  const int status = in_a_child([&] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return false;
    put(folder.path() / "drop" / "file", "content", true);
    return error_of([&] {
             put(folder.path() / "closed" / "file", "x");
           }).find("Permission denied") != std::string::npos;
  });
  CHECK(status == 0);
  CHECK(get(folder.path() / "drop" / "file") == "content");
  CHECK(entries(folder.path() / "drop") == 1);
}

TEST_CASE("a disk that is full leaves the old file as it was, and nothing else") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  put(path, "old");
  const int status = in_a_child([&] {
    const rlimit little{4096, 4096};  // fails a write as a full disk does, with a number of its own
    if (::setrlimit(RLIMIT_FSIZE, &little) != 0) return false;
    ::signal(SIGXFSZ, SIG_IGN);
    return error_of([&] { put(path, std::string(10'000, 'x'), true); }).find("cannot write") == 0;
  });
  CHECK(status == 0);
  CHECK(get(path) == "old");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a process that is killed while it writes leaves the old file as it was") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  put(path, "old");
  const int status = in_a_child([&] {
    AtomicFile file(path, throw_it);
    file.write("ne", 2);
    return ::raise(SIGKILL) == 0;
  });
  CHECK(WIFSIGNALED(status));
  CHECK(get(path) == "old");
  put(path, "new");
  CHECK(get(path) == "new");
  CHECK(entries(folder.path()) == 2);
  raygen::remove_unfinished(folder.path(), fs::file_type::regular, "file.");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a name that becomes a folder's meanwhile is an error, and leaves nothing") {
  const TemporaryFolder folder;
  const std::string error = error_of([&] {
    AtomicFile file(folder.path() / "file", throw_it);
    fs::create_directory(folder.path() / "file");
    file.commit();
  });
  CHECK_THAT(error, Contains("cannot rename to"));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("the folder may be renamed and the process go elsewhere while a file is written") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "a");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  AtomicFile file("a/file", throw_it);
  file.write("content", 7);
  fs::current_path(before);
  fs::rename(folder.path() / "a", folder.path() / "b");
  file.commit_durably();
  CHECK(get(folder.path() / "b" / "file") == "content");
  CHECK(entries(folder.path() / "b") == 1);
}
