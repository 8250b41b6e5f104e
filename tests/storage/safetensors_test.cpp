#include "storage/safetensors.hpp"

#include "bundle/fixture.hpp"
#include "bundle/memory_file.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string open_error(const std::string& bytes, const Limits& limits = {}) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file.safetensors";
  write_file(path, bytes);
  return error_of([&] { SafetensorsFile::open(path, limits); });
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

}  // namespace

TEST_CASE("what is written is read back", "[safetensors]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file.safetensors";
  const std::vector<at::ScalarType> types = {at::kDouble, at::kFloat, at::kHalf,  at::kBFloat16,
                                             at::kLong,   at::kInt,   at::kShort, at::kChar,
                                             at::kByte,   at::kBool,  at::kUInt16};
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (int i = 0; i < 12; ++i) {
      std::vector<std::int64_t> shape(random() % 4);
      for (auto& extent : shape) extent = static_cast<std::int64_t>(random() % 5);
      const at::Tensor values =
          at::randint(0, 100, shape, at::kLong).to(types[random() % types.size()]);
      tensors.emplace_back("tensor/" + std::to_string(random()) + " é\"\\", values);
    }
    write_safetensors(path, tensors, {{"round", std::to_string(round)}});
    const auto file = SafetensorsFile::open(path);
    CHECK(file->metadata() == std::map<std::string, std::string>{{"round", std::to_string(round)}});
    REQUIRE(file->entries().size() == tensors.size());
    for (const auto& [name, tensor] : tensors) CHECK(same(file->tensor(name), tensor));
  }
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("views and transposes are written as what they show", "[safetensors]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file.safetensors";
  const at::Tensor base = at::arange(24, at::kFloat).view({4, 6});
  write_safetensors(path, {{"transposed", base.t()},
                           {"column", base.select(1, 2)},
                           {"expanded", base.select(0, 1).expand({3, 6})}});
  const auto file = SafetensorsFile::open(path);
  CHECK(same(file->tensor("transposed"), base.t().contiguous()));
  CHECK(same(file->tensor("column"), base.select(1, 2).contiguous()));
  CHECK(same(file->tensor("expanded"), base.select(0, 1).expand({3, 6}).contiguous()));
}

TEST_CASE("a tensor keeps its file mapped, and released pages come back", "[safetensors]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file.safetensors";
  const at::Tensor values = at::randn({1 << 16});
  write_safetensors(path, {{"a", at::ones({3})}, {"values", values}});
  at::Tensor read;
  {
    const auto file = SafetensorsFile::open(path);
    read = file->tensor("values");
    file->release("values");
  }
  fs::remove(path);
  CHECK(same(read, values));
}

TEST_CASE("the data starts at a multiple of eight bytes, misaligned tensors are copied",
          "[safetensors]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file.safetensors";
  const at::Tensor odd = at::ones({3}, at::kByte), values = at::randn({5});
  write_safetensors(path, {{"odd", odd}, {"values", values}});
  const auto file = SafetensorsFile::open(path);
  CHECK(file->entries().at("odd").offset % 8 == 0);
  CHECK(file->entries().at("values").offset % 4 != 0);
  CHECK(same(file->tensor("values"), values));
}

TEST_CASE("an unwritable place is an error and leaves nothing", "[safetensors]") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of([&] {
               write_safetensors(folder.path() / "absent" / "file", {{"a", at::ones({1})}});
             }),
             StartsWith("io: ") && Contains("absent"));
  CHECK_THAT(
      error_of([&] {
        write_safetensors(folder.path() / "file", {{"a", at::ones({1})}, {"a", at::ones({1})}});
      }),
      Contains("'a' is taken"));
  CHECK_THAT(error_of([&] {
               write_safetensors(folder.path() / "file", {{"a", at::ones({1}, at::kComplexFloat)}});
             }),
             StartsWith("unsupported: "));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what is no file is an error that names it", "[safetensors]") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of([&] { SafetensorsFile::open(folder.path() / "absent"); }),
             StartsWith("io: ") && Contains("absent"));
  CHECK_THAT(error_of([&] { SafetensorsFile::open(folder.path()); }),
             StartsWith("io: ") && Contains("not a regular file"));
  CHECK_THAT(open_error(""), StartsWith("format: ") && Contains("0 bytes"));
  CHECK_THAT(open_error(safetensors_bytes("{}", ""), Limits{.max_file_bytes = 9}),
             StartsWith("limit: ") && Contains("10 bytes"));
  write_safetensors(folder.path() / "file", {{"a", at::ones({1})}});
  CHECK_THAT(error_of([&] { SafetensorsFile::open(folder.path() / "file")->tensor("b"); }),
             StartsWith("format: ") && Contains("'b' is missing"));
}

TEST_CASE("a file cut anywhere is an error", "[safetensors]") {
  const std::string whole = safetensors_bytes(
      "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "U8", "[3]", "[8,11]") + "}",
      std::string(11, 'x'));
  REQUIRE(open_error(whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(open_error(whole.substr(0, size)), StartsWith("format: "));
  }
  CHECK_THAT(open_error(whole + "x"), Contains("last 1 bytes belong to no tensor"));
}

TEST_CASE("a header with flipped bits is an error or describes tensors inside the file",
          "[safetensors]") {
  const std::string whole = safetensors_bytes(
      "{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "U8", "[3]", "[8,11]") + "}",
      std::string(11, 'x'));
  std::size_t errors = 0;
  for (std::size_t bit = 0; bit < (whole.size() - 11) * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const MemoryFile memory(flipped.data(), flipped.size());
    const std::string error = error_of([&] {
      const auto file = SafetensorsFile::open(memory.path());
      for (const auto& [name, item] : file->entries()) {
        REQUIRE(item.offset + item.bytes <= whole.size());
        REQUIRE(file->tensor(name).nbytes() == item.bytes);
      }
    });
    if (!error.empty()) ++errors;
  }
  CHECK(errors > whole.size() * 4);  // the rest renames a tensor or changes a type of the same size
}

TEST_CASE("headers that lie are refused, and say why", "[safetensors]") {
  const std::string eight(8, 'x');
  const auto lie = [&](const std::string& entries, const std::string& data) {
    return open_error(safetensors_bytes("{" + entries + "}", data));
  };
  CHECK_THAT(open_error(little_endian(~std::uint64_t{0}, 8) + "{}"), Contains("at most"));
  CHECK_THAT(open_error(little_endian(1 << 20, 8) + "{}"),
             Contains("header of 1048576 bytes in a file of 10"));
  CHECK_THAT(open_error(safetensors_bytes("[]", "")), Contains("not a JSON object"));
  CHECK_THAT(open_error(safetensors_bytes("{", "")), Contains("invalid JSON"));
  CHECK_THAT(open_error(safetensors_bytes(std::string(100000, '['), "")),
             Contains("nested deeper"));
  CHECK_THAT(
      lie(entry("a", "F32", "[2]", "[0,8]") + "," + entry("a", "F32", "[2]", "[0,8]"), eight),
      Contains("duplicate key 'a'"));
  CHECK_THAT(lie("\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}",
                 eight),
             Contains("duplicate key 'dtype'"));
  CHECK_THAT(lie("\"a\":{\"dtype\":\"F32\",\"shape\":[2]}", eight),
             Contains("'a.data_offsets' is missing"));
  CHECK_THAT(
      lie("\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}", eight),
      Contains("unknown key 'a.more'"));
  CHECK_THAT(lie(entry("a", "F99", "[2]", "[0,8]"), eight),
             StartsWith("unsupported: ") && Contains("'F99'"));
  CHECK_THAT(lie(entry("a", "F32", "[-2]", "[0,8]"), eight), Contains("'a.shape' holds '-2'"));
  CHECK_THAT(lie(entry("a", "F32", "[2.0]", "[0,8]"), eight), Contains("'a.shape' holds '2.0'"));
  CHECK_THAT(lie(entry("a", "F32", "[18446744073709551615]", "[0,8]"), eight),
             Contains("'a.shape' holds"));
  CHECK_THAT(lie(entry("a", "F32", "[4294967296,4294967296]", "[0,8]"), eight),
             Contains("64 bits"));
  CHECK_THAT(lie(entry("a", "F32", "[0,4294967296,4294967296]", "[0,0]"), ""), Contains("64 bits"));
  CHECK_THAT(lie(entry("a", "F32", "[1000000000000]", "[0,8]"), eight),
             Contains("ask for 4000000000000"));
  CHECK_THAT(lie(entry("a", "F32", "[3]", "[0,8]"), eight),
             Contains("8 bytes of data, its shape and dtype ask for 12"));
  CHECK_THAT(lie(entry("a", "F32", "[2]", "[8,0]"), eight), Contains("outside the 8 bytes"));
  CHECK_THAT(lie(entry("a", "F32", "[2]", "[4,12]"), eight), Contains("outside the 8 bytes"));
  CHECK_THAT(lie(entry("a", "F32", "[2]", "[9223372036854775800,9223372036854775807]"), eight),
             Contains("outside the 8 bytes"));
  CHECK_THAT(lie(entry("a", "F32", "[2]", "[0,8,8]"), eight), Contains("3 data_offsets"));
  CHECK_THAT(lie(entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[2,6]"),
                 std::string(6, 'x')),
             Contains("'b' overlaps"));
  CHECK_THAT(lie(entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[0,4]"),
                 std::string(4, 'x')),
             Contains("overlaps"));
  CHECK_THAT(lie(entry("a", "F32", "[1]", "[4,8]"), eight),
             Contains("4 bytes before tensor 'a' belong to none"));
  CHECK_THAT(lie("\"__metadata__\":{\"k\":1}," + entry("a", "F32", "[2]", "[0,8]"), eight),
             Contains("'__metadata__.k' is a number"));
}
