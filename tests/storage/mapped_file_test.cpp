#include "storage/mapped_file.hpp"

#include "error.hpp"
#include "storage/safetensors.hpp"
#include "temporary_folder.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <fstream>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 40;
constexpr std::size_t kLarge = MappedFile::kReadBytes + 1, kSmall = MappedFile::kReadBytes;

fs::path file_of(const TemporaryFolder& folder, std::size_t bytes) {
  const fs::path path = folder.path() / "file";
  std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
  return path;
}

void expect_shortened(const MappedFile& file) {
  try {
    file.expect_whole();
    FAIL("a file that became shorter was not told");
  } catch (const Error& error) {
    CHECK(error.status() == Status::io);
    CHECK_THAT(error.what(), Contains("has 100 bytes now, " + std::to_string(kLarge)));
  }
}

}  // namespace

TEST_CASE("a small file is read once: nothing that happens to it is seen") {
  const TemporaryFolder folder;
  const fs::path path = file_of(folder, kSmall);
  const auto file = MappedFile::open(path, kNoLimit);
  SECTION("emptied") { fs::resize_file(path, 0); }
  SECTION("overwritten") { std::ofstream(path, std::ios::binary) << std::string(kSmall, 'y'); }
  SECTION("removed") { fs::remove(path); }
  file->release(0, file->size());
  CHECK(file->text() == std::string(kSmall, 'x'));
  CHECK_NOTHROW(file->expect_whole());
}

TEST_CASE("a large file that becomes shorter is an error before its bytes are used") {
  const TemporaryFolder folder;
  const fs::path path = file_of(folder, kLarge);
  const auto file = MappedFile::open(path, kNoLimit);
  CHECK_NOTHROW(file->expect_whole());
  SECTION("in its place") {
    fs::resize_file(path, 100);
    expect_shortened(*file);
  }
  SECTION("while another has its name") {
    fs::rename(path, folder.path() / "old");
    std::ofstream(path) << "short";
    CHECK_NOTHROW(file->expect_whole());
    CHECK(file->text() == std::string(kLarge, 'x'));
  }
  SECTION("but not when it becomes longer") {
    fs::resize_file(path, 2 * kLarge);
    CHECK_NOTHROW(file->expect_whole());
  }
}

TEST_CASE("a file opened by a relative path is known after the process has gone elsewhere") {
  const TemporaryFolder folder;
  const fs::path path = file_of(folder, kLarge), before = fs::current_path();
  fs::current_path(folder.path());
  const auto file = MappedFile::open("file", kNoLimit);
  fs::current_path(before);
  fs::resize_file(path, 100);
  expect_shortened(*file);
}

TEST_CASE("a caller may ask for larger files to be read") {
  const TemporaryFolder folder;
  const fs::path path = file_of(folder, kLarge);
  const auto file = MappedFile::open(path, kNoLimit, kLarge);
  fs::resize_file(path, 0);
  CHECK_NOTHROW(file->expect_whole());
  CHECK(file->text() == std::string(kLarge, 'x'));
}

TEST_CASE("a tensor of a file that became shorter is an error") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "tensors.safetensors";
  write_safetensors(path, {{"a", at::ones({1 << 19})}, {"b", at::zeros({3})}});
  const auto file = SafetensorsFile::open(path);
  CHECK(at::equal(file->tensor("a"), at::ones({1 << 19})));
  fs::resize_file(path, 4096);
  for (const char* name : {"a", "b"}) {
    try {
      file->tensor(name);
      FAIL("the tensor " << name << " is gone");
    } catch (const Error& error) {
      CHECK(error.status() == Status::io);
      CHECK_THAT(error.what(), Contains("tensors.safetensors has 4096 bytes now"));
    }
  }
}
